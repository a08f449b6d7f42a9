import { heapSize } from '@aauth-guard/fixtures/heap-size'
import { describe, expect, it } from 'vitest'
import { stateOf } from '../../src/resource/state-of.ts'
import { play, printFigures, sized } from './beside.ts'
import { type Caller, honestProvider, issuersOf, listedServer, makeScene } from './scene.ts'

const verifiedTokens = sized(200, 5000)

describe(`tokens of unlisted issuers, where ${verifiedTokens} are kept`, () => {
  it.each([
    ['of usual size', 8, {}],
    ['as large as may be', 1, { filler: 'x'.repeat(5000) }],
    ['with as many values as may be', 1, { filler: Array(480).fill({}) }],
  ])(
    '%s, of %d issuers: no more than the limit are kept; the others are served without a fetch [O04]',
    async (_, issuers, more) => {
      const scene = await makeScene({ limits: { verifiedTokens } })
      const listed = await scene.caller(listedServer, 'person-server')
      const unlisted = await scene.caller(honestProvider)
      const attackers = await Promise.all(issuersOf['many domains'](issuers).map((id) => scene.caller(id)))
      await Promise.all([listed, unlisted, ...attackers].map((one) => one.call()))
      const mint = ({ agent, token }: Caller) =>
        token({ claims: { cnf: { jwk: { ...agent.key.jwk, ...more } } } })
      const { length } = await mint(attackers[0] as Caller)
      const kept = Math.floor(verifiedTokens * Math.min(1, 2048 / length))
      const count = kept + 50
      const before = heapSize()
      const answers = await play({
        attack: Array.from({ length: count }, (_, n) => async () => {
          const attacker = attackers[n % issuers] as Caller
          return attacker.call({ token: await mint(attacker) })
        }),
        wave: 25,
        honest: { listed: listed.call, unlisted: unlisted.call },
      })
      const grown = heapSize() - before
      const { names } = stateOf(scene.resource).tokens
      printFigures({ 'tokens kept': names, 'MB kept': grown.toFixed(1) })
      const waves = Math.ceil(count / 25)
      expect(answers).toEqual({ attack: { 200: count }, listed: { 200: waves }, unlisted: { 200: waves } })
      // Beside those of the others.
      expect(names).toBeLessThanOrEqual(kept + issuers + 2)
      // The text of each, and 4 KiB for what is known about it.
      expect(grown).toBeLessThan(2 + (kept * (length + 4096)) / 2 ** 20)
      expect(scene.fetched).toHaveLength(2 * (issuers + 2))
    },
  )
})
