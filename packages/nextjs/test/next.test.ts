import { getCaller } from '@aauth-guard/nextjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { read, type ServedApp, serveApp } from './served-app.ts'

let app: ServedApp
beforeAll(async () => {
  app = await serveApp({})
})
afterAll(() => app.close())

const refused = (code: string) =>
  expect.objectContaining({ status: code === 'invalid_request' ? 400 : 401, told: code })
const seen = (told: object) => expect.objectContaining({ status: 200, told: expect.objectContaining(told) })

describe('a protected route handler in a production build', () => {
  it('serves a signed request and passes the identity and the parameters of the route', async () => {
    expect(await app.call('/notes/a/b?c=d')).toEqual(
      seen({ sub: 'person-1', id: ['a', 'b'], query: [['c', 'd']], path: '/notes/a/b' }),
    )
  })

  it('refuses an unsigned request with a challenge that links to the metadata [SIG-5]', async () => {
    const { status, headers, told } = await read(await fetch(`${app.url}/notes/a`))
    expect([
      status,
      told,
      headers.get('aauth-requirement'),
      headers.get('link'),
      headers.get('cache-control'),
    ]).toEqual([
      401,
      'invalid_signature',
      'requirement=agent-token',
      '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
      'no-store',
    ])
  })

  it('refuses a path other than the signed one', async () => {
    expect(await app.call('/notes/a', { target: '/notes/b' })).toEqual(refused('invalid_signature'))
  })

  it('answers a step-up of the handler with a challenge', async () => {
    const { status, headers, told } = await app.call('/notes/more')
    expect([
      status,
      told,
      headers.get('aauth-requirement')?.split(';')[0],
      headers.get('cache-control'),
      headers.get('vary'),
    ]).toEqual([
      401,
      'auth_token_required',
      'requirement=auth-token',
      'no-store',
      expect.stringContaining('Signature-Key, Signature'),
    ])
  })

  it('compares the content with the digest, and passes it on unread with URL and cookies', async () => {
    const sent = { method: 'POST', body: 'milk', headers: { cookie: 'a=1' }, digest: true }
    expect(await app.call('/notes?x', sent)).toEqual(
      seen({ sub: 'person-1', text: 'milk', path: '/notes', cookie: '1' }),
    )
  })

  it('passes on empty content that was compared with the digest', async () => {
    expect(await app.call('/notes', { method: 'POST', body: '', digest: true })).toEqual(seen({ text: '' }))
  })

  it('refuses content that differs from the digest', async () => {
    const { agent, url } = app
    const token = await agent.authToken({ scope: 'notes.write' })
    const request = { method: 'POST', body: 'milk' }
    const { headers } = await agent.sign('https://notes.example/notes', request, { token, digest: true })
    const sent = {
      method: 'POST',
      headers: headers.map(([name, value]) => [name, value]) as [string, string][],
    }
    expect(await read(await fetch(`${url}/notes`, { ...sent, body: 'wine' }))).toEqual(
      refused('invalid_signature'),
    )
  })

  it('passes on no AAuth-Mission, which the agent only asserts [MISS-13]', async () => {
    const mission = { approver: 'https://ps.example', s256: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }
    const { told } = await app.call('/notes/a', { mission })
    expect(told).toEqual(expect.objectContaining({ mission: null }))
  })

  it('streams what the handler streams', async () => {
    expect((await app.call('/stream')).told).toBe('one two three')
  })
})

describe('the target that is checked', () => {
  // The handler sees "?q=a+b&r=%7E" in request.url.
  it('is the query as it was sent, which Next.js writes anew', async () => {
    expect(await app.call('/notes/a?q=a%20b&r=~', { cover: ['@query'] })).toEqual(
      seen({
        query: [
          ['q', 'a b'],
          ['r', '~'],
        ],
      }),
    )
  })

  // Next.js drops it, so the handler does not see it.
  it('includes a parameter that Next.js takes for its own', async () => {
    expect([
      await app.call('/notes/a?b=c', { cover: ['@query'], target: '/notes/a?nxtPid=x&b=c' }),
      await app.call('/notes/a?nxtPid=x&b=c', { cover: ['@query'] }),
    ]).toEqual([refused('invalid_signature'), seen({ id: ['a'], query: [['b', 'c']] })])
  })

  it.each([
    '/notes/b/../a',
    '/notes/./a',
    '/notes/b/%2e%2e/a',
    '/notes/"a"',
    '/notes/{a}',
    '/notes/%61',
    '/notes/a#b',
  ])('is refused as %s, which Next.js normalizes', async (target) => {
    expect(await app.call('/notes/a', { target })).toEqual(refused('invalid_request'))
  })

  it.each(['/notes/a%2Fb', '/notes/a;b', '/notes/a%5cb'])('%s is served as it was signed', async (path) => {
    const id = [decodeURIComponent(path.slice('/notes/'.length))]
    expect(await app.call(path)).toEqual(seen({ id }))
  })

  it.each([
    ['//notes/a', '/notes/a'],
    ['/notes//a', '/notes/a'],
    ['/notes/a/', '/notes/a'],
    ['http://notes.example/notes/a', 'http://notes.example/notes/a'],
  ])('%s is redirected by Next.js before any handler', async (target, location) => {
    const { status, headers } = await app.call('/notes/a', { target })
    expect([status, headers.get('location')]).toEqual([308, location])
  })

  it('in capitals is another path, which is not there', async () => {
    expect((await app.call('/NOTES/a')).status).toBe(404)
  })

  it('is the one from which proxy.js rewrites', async () => {
    expect([
      await app.call('/alias'),
      await app.call('/notes/of-alias', { target: '/alias' }),
      await app.call('/alias', { target: '/notes/of-alias' }),
    ]).toEqual([seen({ id: ['of-alias'] }), refused('invalid_signature'), refused('invalid_signature')])
  })

  it('is the one that a rewrite begins with, and the handler sees it too', async () => {
    expect([await app.call('/rewritten/a'), await app.call('/notes/a', { target: '/rewritten/a' })]).toEqual([
      seen({ id: ['a'], path: '/rewritten/a' }),
      refused('invalid_signature'),
    ])
  })
})

describe('the header lines that are checked', () => {
  it.each([
    ['Authorization', 'Bearer a'],
    ['Content-Type', 'text/plain'],
  ])('include a second %s, which Next.js does not show', async (name, value) => {
    const lines = [
      [name, value],
      [name, 'other'],
    ] as const
    expect(await app.call('/notes/a', { lines })).toEqual(refused('invalid_request'))
  })

  it('include a second Signature-Key', async () => {
    expect((await app.call('/notes/a', { lines: [['Signature-Key', 'x=1']] })).status).toBe(401)
  })

  it('give no authority, neither by Host nor by a forwarding field [E11]', async () => {
    const lines = [
      ['X-Forwarded-Host', 'evil.example'],
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Port', '99'],
      ['Forwarded', 'host=evil.example'],
    ] as const
    const token = await app.agent.authToken({ scope: 'notes.read' })
    const message = await app.agent.sign('https://evil.example/notes/a', {}, { token })
    const response = await fetch(`${app.url}/notes/a`, {
      headers: [...message.headers, ...lines] as [string, string][],
    })
    expect([await app.call('/notes/a', { lines }), await read(response)]).toEqual([
      seen({ id: ['a'] }),
      refused('invalid_signature'),
    ])
  })

  it('are checked as the handler sees them where proxy.js changes them', async () => {
    const sent = { headers: { 'x-tag': 'sent' }, cover: ['x-tag'] }
    expect([await app.call('/notes/a', sent), await app.call('/changed', sent)]).toEqual([
      seen({ id: ['a'] }),
      refused('invalid_signature'),
    ])
  })

  it('are those of the request, whatever internal fields of Next.js say', async () => {
    const lines = [
      ['x-middleware-override-headers', 'signature'],
      ['x-middleware-request-signature', 'sig=:AAAA:'],
      ['x-middleware-rewrite', '/cached'],
      ['x-middleware-subrequest', 'middleware'],
      ['x-matched-path', '/cached'],
      ['x-invoke-path', '/cached'],
      ['x-now-route-matches', '1=b'],
      ['x-http-method-override', 'PUT'],
    ] as const
    expect(await app.call('/notes/a', { lines })).toEqual(seen({ id: ['a'] }))
  })
})

describe('a second guard', () => {
  const put = (params: Record<string, string>, inner?: string) => ({
    method: 'PUT',
    params,
    headers: inner === undefined ? {} : { 'x-inner': inner },
  })

  it('recognizes the request that the first has verified [E23]', async () => {
    expect((await app.call('/notes/a', put({ nonce: 'n1' }))).status).toBe(200)
    const content = { body: 'milk', digest: true }
    expect((await app.call('/notes/a', { ...put({ nonce: 'n3' }), ...content })).status).toBe(200)
  })

  it('verifies a request that the handler made by the target that was sent, whatever its URL says', async () => {
    expect([
      await app.call('/notes/a', put({}, '/notes/b')),
      await app.call('/notes/b', { ...put({}, '/notes/b'), target: '/notes/a' }),
      await app.call('/notes/a', put({ nonce: 'n2' }, '/notes/b')),
    ]).toEqual([
      expect.objectContaining({ status: 200 }),
      refused('invalid_signature'),
      refused('invalid_signature'),
    ])
  })
})

describe('the routes of the resource', () => {
  it('serve the metadata and the keys', async () => {
    const metadata = await read(await fetch(`${app.url}/.well-known/aauth-resource.json`))
    const keys = await read(await fetch(`${app.url}/aauth/jwks.json`))
    expect([metadata, keys]).toEqual([
      seen({ issuer: 'https://notes.example', jwks_uri: 'https://notes.example/aauth/jwks.json' }),
      seen({ keys: [expect.objectContaining({ kty: 'OKP' })] }),
    ])
  })

  it('answer with 404 elsewhere, and with 405 to a method that they do not serve', async () => {
    const missing = await fetch(`${app.url}/aauth/nothing`)
    const put = await fetch(`${app.url}/aauth/authorize`, { method: 'PUT' })
    expect([missing.status, put.status, put.headers.get('allow')]).toEqual([404, 405, 'POST'])
  })

  it('issue a resource token at the authorization endpoint', async () => {
    const body = JSON.stringify({ scope: 'notes.read' })
    const sent = { method: 'POST', body, headers: { 'content-type': 'application/json' }, digest: true }
    const token = await app.agent.personToken()
    expect(await app.call('/aauth/authorize', { ...sent, token })).toEqual(
      seen({ resource_token: expect.any(String) }),
    )
  })
})

describe('a protected route', () => {
  it.each(['/cached', '/revalidated'])(
    'at %s is not rendered in advance and never served from a cache',
    async (path) => {
      const [signed, again] = [await app.call(path), await app.call(path)]
      const unsigned = await read(await fetch(`${app.url}${path}`))
      expect([signed, again, unsigned]).toEqual([
        seen({ sub: 'person-1' }),
        seen({ sub: 'person-1' }),
        refused('invalid_signature'),
      ])
      for (const { headers } of [signed, again, unsigned])
        expect([headers.get('x-nextjs-cache'), headers.get('cache-control')]).toEqual([
          null,
          expect.stringMatching(/^(?:private|no-store)$/),
        ])
      expect(app.output).toMatch(new RegExp(`ƒ ${path}$`, 'm'))
    },
  )

  it.each([
    ['permanentRedirect', 308, '/people/person-1;a=b'],
    ['redirect', 307, '/people/person-1'],
    ['notFound', 404, null],
  ])('keeps the response private that %s of the handler makes', async (how, expected, location) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await app.call(`/thrown?how=${how}`, { method })
      expect([status, headers.get('location'), headers.get('cache-control'), headers.get('vary')]).toEqual([
        expected,
        location,
        'private',
        expect.stringContaining('Signature-Key, Signature'),
      ])
    }
  })

  it('leaves to Next.js what else the handler throws', async () => {
    const posted = await app.call('/thrown?how=redirect', { method: 'POST' })
    expect([
      (await app.call('/thrown?how=error')).status,
      posted.status,
      posted.headers.get('location'),
    ]).toEqual([500, 307, '/people/person-1'])
  })

  // Next.js keeps what was set first. The README tells so under "Caching".
  it.each([
    ['next.config.js', '/stream'],
    ['proxy.js', '/changed'],
  ])('has the Cache-Control that %s sets, and so have refusals', async (_where, path) => {
    const fields = [await app.call(path), await fetch(`${app.url}${path}`)].map(({ headers }) =>
      headers.get('cache-control'),
    )
    expect(fields).toEqual(['public, max-age=60', 'public, max-age=60'])
  })

  it.each(['/listed/a', '/forced/a'])(
    'at %s answers 500 to everybody where its options let Next.js render it at the first request',
    async (path) => {
      const unsigned = await fetch(`${app.url}${path}`)
      expect([(await app.call(path)).status, unsigned.status, (await app.call(path)).status]).toEqual([
        500, 500, 500,
      ])
    },
  )

  it('that is rendered in advance fails, before it serves whoever calls', async () => {
    expect((await read(await fetch(`${app.url}/rendered`))).told).toEqual({
      message: expect.stringContaining('remove `dynamic = "force-static"`'),
    })
  })
})

describe('a route whose calls are held, in a production build', () => {
  const target = '/payments?to=b%6fb&x=a%20b'
  const paying = { method: 'POST', body: '{ "n":1.0 }', digest: true, cover: ['@query'] }

  it('holds a call that runs when the pending URL is polled, which another route serves [DEFER-1, DEFER-5]', async () => {
    const { agent, call } = app
    const params = () => ({ nonce: crypto.randomUUID() })
    const held = await call(target, { ...paying, token: await agent.personToken(), params: params() })
    expect([held.status, held.told]).toEqual([202, { status: 'pending' }])
    const { pathname } = new URL(held.headers.get('location') ?? '')
    const ran = await call(pathname, { params: params() })
    expect([ran.status, ran.told]).toEqual([201, { target, paid: paying.body }])
  })

  it('refuses content that the signature does not cover', async () => {
    const sent = { ...paying, digest: false, params: { nonce: 'uncovered' } }
    expect(await app.call(target, sent)).toEqual(refused('invalid_input'))
  })
})

it('a request that no guard has verified has no caller, not even one without a credential', () => {
  expect(() => getCaller(new Request('https://notes.example/notes'))).toThrow('no verified identity')
})
