import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { ReplayMemory } from '../../src/stores/replay-memory.ts'

const now = 1_790_000_000
/** Text full of what could part the members of a key. */
const text = fc.string({ unit: fc.constantFrom(...'ab01 :|/#,.-_"{}[]\\', '\n', '\0'), maxLength: 8 })
const pair = fc.tuple(text, text)

it('marks of different keys or signatures never meet, whatever they contain (property P7) [G15]', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(pair, { maxLength: 12, selector: (made) => JSON.stringify(made) }),
      (pairs) => {
        const memory = new ReplayMemory({ max: 100, maxPerIssuer: 100, maxPerKey: 100 }, () => now)
        const verdicts = pairs.map(([owner, fingerprint]) =>
          memory.mark({
            issuer: 'https://ps.example',
            owner,
            fingerprint,
            until: now + 60,
            window: 60,
            listed: false,
          }),
        )
        expect(verdicts).toEqual(pairs.map(() => 'first'))
      },
    ),
    runs(500),
  )
})
