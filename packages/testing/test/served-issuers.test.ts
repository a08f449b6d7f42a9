import { authorize, createResource } from '@aauth-guard/core'
import {
  createTestNetwork,
  type ServedIssuers,
  type TestNetwork,
  toSignedRequest,
} from '@aauth-guard/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dialing } from '../src/world/served-issuers.ts'

const jwks = 'https://ps.example/jwks.json'
let net: TestNetwork
let served: ServedIssuers
beforeEach(async () => {
  net = await createTestNetwork({ now: 1_790_000_000, seed: 'served' })
  await net.issuer('person-server', 'https://other-ps.example')
  served = await net.serveIssuers()
})
afterEach(() => net.close())

describe('net.serveIssuers', () => {
  it('gives every issuer an origin of its own on loopback', () => {
    const { origins } = served
    expect(Object.keys(origins)).toEqual([
      'https://agent.example',
      'https://ps.example',
      'https://as.example',
      'https://other-ps.example',
    ])
    expect(new Set(Object.values(origins)).size).toBe(4)
    for (const origin of Object.values(origins)) expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('serves what the issuer publishes in process, and to any HTTP client', async () => {
    const inProcess = await (await net.fetch(jwks)).json()
    const direct = await fetch(`${served.origins['https://ps.example']}/jwks.json`)
    const dialled = await served.fetch(jwks)
    expect([await direct.json(), await dialled.json()]).toEqual([inProcess, inProcess])
    expect([direct.headers.get('content-type'), dialled.headers.get('content-type')]).toEqual([
      'application/json',
      'application/json',
    ])
  })

  it('logs requests under the identifier of the issuer', async () => {
    await served.fetch(`${jwks}?x=1`)
    expect(net.fetches).toEqual([{ url: `${jwks}?x=1`, at: 1_790_000_000 }])
  })

  it('reaches no other host', async () => {
    await expect(served.fetch('https://nobody.example/jwks.json')).rejects.toThrow(
      new TypeError('fetch failed'),
    )
    await expect(served.fetch('http://ps.example/jwks.json')).rejects.toThrow(new TypeError('fetch failed'))
  })

  it('answers 404 for other paths, and follows no redirect', async () => {
    net.personServer.misbehave('redirect')
    const [other, redirect] = await Promise.all([
      served.fetch('https://agent.example/elsewhere'),
      served.fetch(jwks),
    ])
    expect([other.status, redirect.status]).toEqual([404, 302])
    expect(redirect.headers.get('location')).toBe('https://elsewhere.example/')
  })

  it('names the issuer in Host and passes the headers of the caller on', async () => {
    const { url } = await net.listen((req, res) => {
      res.end(JSON.stringify([req.headers.host, req.url, req.headers.accept]))
    })
    const fetchDialled = dialing({ 'https://ps.example': url })
    const response = await fetchDialled(`${jwks}?x=1`, { headers: { accept: 'application/json' } })
    expect(await response.json()).toEqual(['ps.example', '/jwks.json?x=1', 'application/json'])
  })

  it('can make an issuer unreachable', async () => {
    net.personServer.misbehave('unreachable')
    await expect(served.fetch(jwks)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('can make an issuer hang until the caller aborts', async () => {
    net.personServer.misbehave('hang')
    const patience = new AbortController()
    const answer = served.fetch(jwks, { signal: patience.signal })
    // Others are answered meanwhile.
    const other = served.fetch('https://agent.example/jwks.json').then(({ status }) => status)
    expect(await Promise.race([answer, other])).toBe(200)
    patience.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('can make an issuer answer endlessly, until the caller aborts', async () => {
    net.personServer.misbehave('endless')
    const reader = (await served.fetch(jwks)).body?.getReader()
    for (let octets = 0; octets < 1_000_000; ) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      expect(done).toBe(false)
      octets += value?.length ?? 0
    }
    await reader?.cancel()
    net.personServer.behave()
    expect((await served.fetch(jwks)).status).toBe(200)
  })

  it('does not decode encoded content', async () => {
    net.personServer.misbehave('content-encoding')
    const response = await served.fetch(jwks)
    expect(response.headers.get('content-encoding')).toBe('br')
    expect(await response.json()).toHaveProperty('keys')
  })

  it('is all that a resource needs to verify', async () => {
    const resource = createResource({
      issuer: net.resource,
      trust: 'any',
      fetch: served.fetch,
      now: net.clock.now,
    })
    const agent = await net.agent()
    const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken() })
    expect(await authorize(resource, toSignedRequest(message))).toMatchObject({ sub: 'person-1' })
    expect(net.fetches.map(({ url }) => url)).toEqual([
      'https://ps.example/.well-known/aauth-person.json',
      'https://ps.example/jwks.json',
    ])
  })

  it('ends when the network closes', async () => {
    await net.close()
    await expect(served.fetch(jwks)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
