import { authorize } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { s256 } from '@aauth-guard/fixtures/missions'
import { anyKind, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { outcome, ps } from './attempt.ts'

const scope = 'access'
const evil = 'https://evil.example'

describe('an issuer chosen to make the resource fetch from a forbidden place', () => {
  it.each([
    'https://127.0.0.1',
    'https://[::1]',
    'https://169.254.169.254',
    'https://2130706433',
    'https://0x7f.0.0.1',
    'https://localhost',
    'https://ps.example:8443',
    'https://ps.example/path',
    'https://ps.example@evil.example',
    'http://ps.example',
    'file:///etc/passwd',
  ])('causes no fetch when iss is %s [X22]', async (iss) => {
    const { agent, net, call } = await makeWorld()
    const token = await agent.personToken({ claims: { iss } })
    expect(await outcome(call(token, { requirement: personRoute }))).toBe('401 invalid_jwt')
    expect(net.fetches).toEqual([])
  })

  it.each(['foreign-jwks-uri', 'http-jwks-uri', 'redirect'] as const)(
    'causes no fetch beyond its metadata when it is %s [X22]',
    async (how) => {
      // A fetch that follows redirects unless it is told not to.
      const following: typeof fetch = async (input, init) => {
        const response = await world.net.fetch(input, init)
        const location = init?.redirect === 'manual' ? null : response.headers.get('location')
        return location === null ? response : world.net.fetch(location, init)
      }
      const world = await makeWorld({ fetch: following })
      world.net.personServer.misbehave(how)
      expect(await outcome(world.call(await world.agent.authToken({ scope })))).toBe('401 invalid_jwt')
      expect(world.net.fetches.map(({ url }) => url)).toEqual([`${ps}/.well-known/aauth-person.json`])
    },
  )

  it('causes no fetch when an agent asserts it as the approver of a mission [X22]', async () => {
    const { agent, net, call } = await makeWorld()
    const asserted = { approver: evil, s256 }
    const token = await agent.authToken({ scope, generation: 'mission-header' })
    await call(token, { mission: asserted })
    expect(net.fetches.filter(({ url }) => url.startsWith(evil))).toEqual([])
  })

  it('causes no fetch when it calls the revocation endpoint under an address [X22]', async () => {
    const { net, resource } = await makeWorld()
    const headers = { 'content-type': 'application/json' }
    const body = '{"jti":"x","exp":1790000100}'
    const url = 'https://notes.example/aauth/revoke'
    const message = await net.personServer.signServer(url, { headers, body }, { mistake: 'id-of-address' })
    const request = toSignedRequest(message)
    const answer = await answerRoutes(resource, request, async () => request.body ?? new Uint8Array())
    expect([answer?.status, net.fetches]).toEqual([401, []])
  })

  it('causes no fetch before its caller has proved possession of its key [X22]', async () => {
    const { agent, net, call } = await makeWorld()
    const token = await agent.authToken({ scope })
    expect(await outcome(call(token, { mistake: 'wrong-key' }))).toBe('401 invalid_signature')
    expect(net.fetches).toEqual([])
  })
})

describe('many tokens with unpublished keys at once', () => {
  async function storm(count: number, { agent, net, resource }: World): Promise<Set<string>> {
    const signed = Array.from({ length: count }, async (_, i) => {
      const token = await agent.personToken({ header: { kid: `random-${net.clock.now()}-${i}` } })
      return toSignedRequest(await agent.sign(`${net.resource}/notes`, {}, { token }))
    })
    // All of them at once.
    const calls = (await Promise.all(signed)).map((request) => outcome(authorize(resource, request, anyKind)))
    return new Set(await Promise.all(calls))
  }

  it('cause no more than two fetches from their issuer a minute [X23]', async () => {
    const world = await makeWorld()
    const asked = (): number => world.net.fetches.length
    expect(await storm(50, world)).toEqual(new Set(['401 unknown_key']))
    expect(asked()).toBe(2)
    world.net.clock.advance(59)
    expect(await storm(50, world)).toEqual(new Set(['401 unknown_key']))
    expect(asked()).toBe(2)
    world.net.clock.advance(1)
    expect(await storm(50, world)).toEqual(new Set(['401 unknown_key']))
    expect(asked()).toBe(4)
  })

  it('do not affect agents whose key is known [X23]', async () => {
    const world = await makeWorld()
    await world.call(await world.agent.personToken(), { requirement: personRoute })
    await storm(50, world)
    expect(await outcome(world.call(await world.agent.authToken({ scope })))).toBe('200')
  })
})
