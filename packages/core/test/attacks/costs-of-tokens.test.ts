import { describe, expect, it } from 'vitest'
import { stateOf } from '../../src/resource.ts'
import { heapSize } from '../heap-size.ts'
import { play, printFigures, sized } from './beside.ts'
import { honestProvider, listedServer, makeScene } from './scene.ts'

const verifiedTokens = sized(200, 5000)
describe(`tokens of one unlisted issuer, where ${verifiedTokens} are kept`, () => {
  it.each([
    ['of usual size', {}],
    ['as large as may be', { filler: 'x'.repeat(5000) }],
    ['with as many values as may be', { filler: Array(480).fill({}) }],
  ])(
    '%s: no more than there is room for are kept; the others are served without a fetch [O04]',
    async (_, more) => {
      const scene = await makeScene({ limits: { verifiedTokens } })
      const listed = await scene.caller(listedServer, 'person-server')
      const unlisted = await scene.caller(honestProvider)
      const attacker = await scene.caller('https://evil.example')
      await Promise.all([listed.call(), unlisted.call(), attacker.call()])
      const jwk = { ...attacker.agent.key.jwk, ...more }
      const mint = () => attacker.token({ claims: { cnf: { jwk } } })
      const send = async () => attacker.call({ token: await mint() })
      const { length } = await mint()
      const kept = Math.floor(verifiedTokens * Math.min(1, 2048 / length))
      const count = kept + 50
      const before = heapSize()
      const answers = await play({
        attack: Array(count).fill(send),
        wave: 25,
        honest: { listed: listed.call, unlisted: unlisted.call },
      })
      const grown = heapSize() - before
      const { names } = stateOf(scene.resource).tokens
      printFigures({ 'tokens kept': names, 'MB kept': grown.toFixed(1) })
      const waves = Math.ceil(count / 25)
      expect(answers).toEqual({ attack: { 200: count }, listed: { 200: waves }, unlisted: { 200: waves } })
      // Beside those of the others.
      expect(names).toBeLessThanOrEqual(kept + 3)
      // Of each the text, and 4 KiB for what is known of it.
      expect(grown).toBeLessThan(1 + (kept * (length + 4096)) / 2 ** 20)
      expect([listed, unlisted, attacker].map((one) => one.fetches())).toEqual([2, 2, 2])
    },
  )
})
