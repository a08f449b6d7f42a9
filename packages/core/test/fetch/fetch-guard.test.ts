import type { Auth } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toRequest } from '@aauth-guard/testing'
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest'

let world: World
let token: string
beforeAll(async () => {
  world = await makeWorld()
  token = await world.agent.authToken({ scope: 'access' })
})

async function request(call: Call = {}): Promise<Request> {
  const { url = 'https://notes.example/notes' } = call
  return toRequest(await world.agent.sign(url, call, { ...call, token }))
}

describe('a handler behind the guard', () => {
  it('gets the request, the identity and what the host adds', async () => {
    const seen: unknown[] = []
    const guarded = fetchGuard(
      world.resource,
      {},
    )((passed, auth, env: { name: string }, ctx: number) => {
      seen.push(passed, auth.sub, env, ctx)
      return new Response('hello')
    })
    const sent = await request()
    const response = await guarded(sent, { name: 'production' }, 7)
    expect([response.status, await response.text()]).toEqual([200, 'hello'])
    expect(seen).toEqual([sent, 'person-1', { name: 'production' }, 7])
  })

  it('is not called for a refused request, which is answered as the protocol requires', async () => {
    const guarded = fetchGuard(
      world.resource,
      {},
    )(() => {
      throw new Error('the handler ran')
    })
    const response = await guarded(await request({ mistake: 'stale' }))
    expect([response.status, Object.fromEntries(response.headers), await response.json()]).toEqual([
      401,
      {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'signature-error': 'error=invalid_signature',
      },
      expect.objectContaining({ error: 'invalid_signature', status: 401 }),
    ])
  })

  it('lets errors of the handler reach the host', async () => {
    const guarded = fetchGuard(world.resource, {})(() => Promise.reject(new Error('mine')))
    await expect(guarded(await request())).rejects.toThrow('mine')
  })

  it('gets no identity when the route is optional and the request has no credential', async () => {
    const guarded = fetchGuard(world.resource, { optional: true })((_, auth) =>
      Response.json(auth?.sub ?? 'nobody'),
    )
    const outcomes = [
      await guarded(new Request('https://notes.example/notes')),
      await guarded(await request()),
      await guarded(await request({ mistake: 'stale' })),
    ]
    expect(outcomes.map(({ status }) => status)).toEqual([200, 200, 401])
    expect([await outcomes[0]?.json(), await outcomes[1]?.json()]).toEqual(['nobody', 'person-1'])
  })

  it('runs behind a second guard, which does not take the request for a replay [E23]', async () => {
    const inner = fetchGuard(world.resource, { account: () => '' })(() => new Response())
    const outer = fetchGuard(world.resource, {})((passed) => inner(passed))
    expect((await outer(await request({ method: 'POST' }))).status).toBe(403)
  })

  it('gets the type of identity that the route accepts', () => {
    fetchGuard(world.resource, { accept: 'agent-token' })((_, auth) => {
      expectTypeOf(auth.type).toEqualTypeOf<'agent-token'>()
      return new Response()
    })
  })
})

describe('the cache headers of a guarded handler', () => {
  const kept = async (headers: Record<string, string>): Promise<(string | null)[]> => {
    const guarded = fetchGuard(world.resource, {})(() => new Response('hello', { headers }))
    const response = await guarded(await request())
    expect(await response.text()).toBe('hello')
    return [response.headers.get('cache-control'), response.headers.get('vary')]
  }

  it.each([
    [{}, 'private', 'Signature-Key, Signature'],
    [{ 'cache-control': 'no-store' }, 'no-store', 'Signature-Key, Signature'],
    [{ vary: 'Accept' }, 'private', 'Accept'],
    [{ 'cache-control': 'public, max-age=60', vary: '*' }, 'public, max-age=60', '*'],
  ])('of %j become Cache-Control: %s and Vary: %s [M14]', async (headers, cacheControl, vary) => {
    expect(await kept(headers)).toEqual([cacheControl, vary])
  })

  it('are left alone when the handler set both', async () => {
    const answered = new Response('hello', { headers: { 'cache-control': 'no-store', vary: '*' } })
    expect(await fetchGuard(world.resource, {})(() => answered)(await request())).toBe(answered)
  })

  it('are added to a response whose headers cannot be changed, and its status and body stay [M14]', async () => {
    const guarded = fetchGuard(world.resource, {})(() => Response.redirect('https://notes.example/else', 303))
    const response = await guarded(await request())
    expect([
      response.status,
      response.headers.get('location'),
      response.headers.get('cache-control'),
    ]).toEqual([303, 'https://notes.example/else', 'private'])
  })
})

describe('the target of a Request', () => {
  async function target(url: string): Promise<string> {
    const { resource } = await makeWorld()
    const seen: string[] = []
    const check = (_: Auth, { target: raw }: { target: string }): boolean => {
      seen.push(raw)
      return true
    }
    const guarded = fetchGuard(resource, { check })(() => new Response())
    const message = await world.agent.sign(url, {}, { token })
    const headers = message.headers.map(([name, value]): [string, string] => [name, value])
    // Hosts that do not parse the URL pass on what they received; the Request of undici would normalise it.
    const raw = Object.defineProperty(new Request('https://notes.example/', { headers }), 'url', {
      value: url,
    })
    const { status } = await guarded(raw)
    return `${status} ${seen.join()}`
  }

  it.each([
    ['https://notes.example/notes', '200 /notes'],
    ['https://notes.example/notes?a=1?b=2', '200 /notes?a=1?b=2'],
    ['https://notes.example/a%2Fb%zz', '200 /a%2Fb%zz'],
    ['https://notes.example//evil.example/a', '200 //evil.example/a'],
    ['https://notes.example/?u=https://x/y', '200 /?u=https://x/y'],
    ['https://notes.example', '200 /'],
    ['https://notes.example/a/../b', '400 '],
  ])('of %s is cut out as text: %s [SIG-15, E12]', async (url, expected) => {
    expect(await target(url)).toBe(expected)
  })

  it('ends before a fragment, which clients never send', async () => {
    const sent = await request()
    const raw = Object.defineProperty(sent, 'url', { value: 'https://notes.example/notes#top' })
    expect((await fetchGuard(world.resource, {})(() => new Response())(raw)).status).toBe(200)
  })
})

describe('the documents of the resource', () => {
  it('are served without a credential', async () => {
    const guarded = fetchGuard(world.resource, {})(() => new Response('application'))
    const response = await guarded(new Request('https://notes.example/.well-known/aauth-resource.json'))
    expect([
      response.status,
      ((await response.json()) as { issuer: string }).issuer,
      response.headers.get('cache-control'),
    ]).toEqual([200, 'https://notes.example', 'public, max-age=600'])
  })

  it('are read-only', async () => {
    const guarded = fetchGuard(world.resource, {})(() => new Response('application'))
    const post = new Request('https://notes.example/aauth/jwks.json', { method: 'POST' })
    expect((await guarded(post)).status).toBe(405)
  })
})
