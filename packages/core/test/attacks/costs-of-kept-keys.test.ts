import { describe, expect, it } from 'vitest'
import { play, sized } from './beside.ts'
import { honestProvider, issuersOf, listedServer, makeScene } from './scene.ts'

/** Unlisted issuers whose keys are kept, half of them while they are new. */
const unlistedIssuers = sized(20, 250)
const newcomers = sized(48, 256)

describe(`${newcomers} new issuers with keys of their own, where there is room for ${unlistedIssuers}`, () => {
  it.each([
    ['one domain', 8, '200'],
    ['many domains', 16, '503 server_error'],
  ] as const)(
    'of %s, %d a second, evict no keys of a listed issuer or of one in use; a new one gets %s [I19, R11-127]',
    async (kind, perSecond, told) => {
      const scene = await makeScene({ limits: { unlistedIssuers } })
      const listed = await scene.caller(listedServer, 'person-server')
      const used = await scene.caller(honestProvider)
      const fresh = await scene.caller('https://new.example')
      await used.call()
      scene.net.clock.advance(300)
      await Promise.all([listed.call(), used.call(), fresh.call()])
      const before = [listed, used, fresh].map((one) => one.fetches())
      const attack = issuersOf[kind](newcomers).map((id) => async () => (await scene.caller(id)).call())
      const waves = newcomers / perSecond
      const answers = await play({
        attack,
        wave: perSecond,
        honest: { listed: listed.call, unlisted: used.call },
        after: () => scene.net.clock.advance(1),
      })
      expect(answers).toEqual({
        attack: { 200: newcomers },
        listed: { 200: waves },
        unlisted: { 200: waves },
      })
      expect(await fresh.call()).toContain(told)
      expect([listed, used, fresh].map((one) => one.fetches())).toEqual(before)
    },
  )
})
