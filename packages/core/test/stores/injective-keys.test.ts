import { type Auth, personKey } from '@aauth-guard/core'
import { now } from '@aauth-guard/fixtures/world'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { IssuerRecords } from '../../src/keys/issuer-records.ts'
import { keyOf } from '../../src/resource/token-index.ts'
import { ReplayMemory } from '../../src/stores/replay-store.ts'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'
import type { VerifiedClaims } from '../../src/token/claims.ts'
import { missionKey, tokenKey } from '../../src/token/names.ts'

/** Text full of characters that could separate the members of a key. */
const text = fc.string({ unit: fc.constantFrom(...'ab01 :|/#,.-_"{}[]\\', '\n', '\0'), maxLength: 8 })
const distinct = <T>(made: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.uniqueArray(made, { maxLength: 12, selector: (one) => JSON.stringify(one) })
const pairs = distinct(fc.tuple(text, text))

/** Expects that each of the values has a key of its own. */
function expectApart<T>(made: readonly T[], keyOfOne: (one: T) => unknown): void {
  const keys = made.map(keyOfOne)
  expect(new Set(keys).size).toBe(made.length)
  // The same value has the same key again.
  expect(made.map(keyOfOne)).toEqual(keys)
}

describe('whatever they contain, these never share a key in a store (property P7):', () => {
  it('marks of different keys or signatures [G15]', () => {
    fc.assert(
      fc.property(pairs, (made) => {
        const memory = new ReplayMemory({ max: 100, maxPerIssuer: 100, maxPerKey: 100 }, () => now)
        const verdicts = made.map(([owner, fingerprint]) =>
          memory.mark({
            issuer: 'https://ps.example',
            owner,
            fingerprint,
            until: now + 60,
            window: 60,
            listed: false,
          }),
        )
        expect(verdicts).toEqual(made.map(() => 'first'))
      }),
      runs(500),
    )
  })

  it('tokens of different issuers or jti', () => {
    fc.assert(
      fc.property(pairs, (made) => {
        const memory = new RevocationMemory(100, 100, () => now)
        expectApart(made, ([iss, jti]) => tokenKey({ iss, jti }))
        for (const [iss, jti] of made) {
          expect(memory.find({ iss, jti }).revoked).toBe(false)
          memory.add({ iss, jti, exp: now + 60, listed: true })
        }
      }),
      runs(200),
    )
  })

  it('open connections of tokens that differ in issuer, jti, exp or mission', () => {
    const token = fc.record({
      iss: text,
      jti: text,
      exp: fc.integer({ min: now, max: now + 3 }),
      mission: fc.option(fc.record({ approver: text, s256: text }), { nil: undefined }),
    })
    fc.assert(
      fc.property(distinct(token), (made) => expectApart(made, (claims) => keyOf(claims as VerifiedClaims))),
      runs(200),
    )
  })

  it('missions of different person servers or digests', () => {
    fc.assert(
      fc.property(pairs, (made) => {
        const memory = new TombstoneMemory(100, 100)
        expectApart(made, ([approver, s256]) => missionKey({ approver, s256 }))
        for (const [approver, s256] of made) {
          expect(memory.find({ approver, s256, listed: true })).toBeUndefined()
          memory.add({ approver, s256, listed: true })
        }
      }),
      runs(200),
    )
  })

  it('the keys of different issuers, or of one issuer in different roles [I27, I28]', () => {
    const source = fc.record({
      // The characters that a server identifier may contain.
      iss: fc.string({ unit: fc.constantFrom(...'ab01.-:'), maxLength: 8 }).map((host) => `https://${host}`),
      dwk: fc.constantFrom(
        'aauth-agent.json',
        'aauth-person.json',
        'aauth-access.json',
        'aauth-resource.json',
      ),
      named: fc.boolean(),
    } as const)
    fc.assert(
      fc.property(distinct(source), (made) => {
        const records = new IssuerRecords(100, 100)
        expectApart(made, (one) => records.findOrMake(one as never, now))
      }),
      runs(200),
    )
  })

  it('different persons, of different servers or tenants, in either generation', () => {
    const person = fc.oneof(
      fc.record({ generation: fc.constant('person-token'), ps: text, sub: text }),
      fc.record({
        generation: fc.constant('mission-header'),
        iss: text,
        tenant: fc.option(text, { nil: undefined }),
        sub: text,
      }),
    )
    fc.assert(
      fc.property(distinct(person), (made) =>
        expectApart(made, (auth) => personKey(auth as unknown as Auth)),
      ),
      runs(200),
    )
  })
})
