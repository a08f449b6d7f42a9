import { describe, expect, it } from 'vitest'
import { play } from './beside.ts'
import { honestProvider, issuersOf, listedServer, makeScene, type Scene } from './scene.ts'

/** Requests with tokens that name these issuers, which cannot be reached. Anyone can make them. */
async function naming({ caller }: Scene, ids: readonly string[]) {
  const { agent, issuer, call } = await caller('https://attacker.example')
  return ids.map((id) => async () => {
    const claims = { iss: id, sub: `aauth:planner@${new URL(id).host}` }
    return call({ token: await issuer.agentToken(agent, { claims }) })
  })
}

const count = 60

describe('sixty requests that name unreachable issuers', () => {
  it.each([
    ['one domain', 20, '200'],
    ['many domains', 40, '503 server_error 1'],
  ] as const)(
    'of %s cause %d fetches, and a new issuer beside them gets %s [I19]',
    async (kind, fetches, told) => {
      const scene = await makeScene()
      const [listed, used] = [
        await scene.caller(listedServer, 'person-server'),
        await scene.caller(honestProvider),
      ]
      await used.call()
      scene.net.clock.advance(1)
      const attack = await naming(scene, issuersOf[kind](count))
      // Few enough at once that there is always a place: the rate is what counts here.
      const answers = await play({ attack, wave: 4, honest: { listed: listed.call, unlisted: used.call } })
      expect(answers).toMatchObject({ listed: { 200: 15 }, unlisted: { 200: 15 } })
      expect([listed.fetches(), used.fetches()]).toEqual([2, 2])
      expect(scene.fetched.filter((url) => url.includes('evil'))).toHaveLength(fetches)
      expect(await (await scene.caller('https://new.example')).call()).toBe(told)
      expect(answers.attack['503 server_error 1']).toBe(count - fetches)
    },
  )

  it('cause no fetch when trust lists every issuer [I19, I31]', async () => {
    const scene = await makeScene({ trust: { personServers: [listedServer] } })
    const listed = await scene.caller(listedServer, 'person-server')
    const attack = await naming(scene, issuersOf['many domains'](count))
    expect(await play({ attack, honest: { listed: listed.call } })).toEqual({
      attack: { '401 invalid_jwt': count },
      listed: { 200: 3 },
    })
    expect(scene.fetched).toHaveLength(listed.fetches())
  })
})
