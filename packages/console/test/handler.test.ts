import { mission } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { createConsole } from '../src/index.ts'
import type { ConsoleMission } from '../src/state/state-recorder.ts'
import { openScene } from './scene.ts'

const headersOfAll = {
  'cache-control': expect.stringContaining('no-store'),
  'content-security-policy': expect.stringMatching(
    /default-src 'none'; script-src 'self'; .*frame-ancestors 'none'; require-trusted-types-for 'script'/,
  ),
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

describe('the console', () => {
  it('does not start without "allow", without a resource, or with unknown options', async () => {
    const { resource } = await openScene()
    const allow = () => true
    expect(() => createConsole({ resource } as never)).toThrow(/"allow" is missing/)
    expect(() => createConsole({ allow } as never)).toThrow(/"resource" is missing/)
    expect(() => createConsole({ resource, allow, base: '/' } as never)).toThrow(/"base" is not an option/)
  })

  it.each(['/', '/assets/app.js', '/assets/app.css', '/state', '/nothing.txt', '', '/mission', '/events'])(
    'sends %j with every header that protects it, and without CORS',
    async (path) => {
      const { get } = await openScene()
      const response = await get(path)
      const headers = Object.fromEntries(response.headers)
      expect(headers).toMatchObject(headersOfAll)
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
      await response.body?.cancel()
    },
  )

  it.each([
    ['/', 200, 'text/html; charset=utf-8'],
    ['/assets/app.js', 200, 'text/javascript; charset=utf-8'],
    ['/state', 200, 'application/json'],
    ['/assets/constructor', 404, 'text/plain; charset=utf-8'],
    ['/assets/__proto__', 404, 'text/plain; charset=utf-8'],
    ['/assets/..%2fapp.js', 404, 'text/plain; charset=utf-8'],
    ['/assets/../../../etc/passwd', 303, null],
    ['/favicon.ico', 404, 'text/plain; charset=utf-8'],
    ['/%73tate', 404, 'text/plain; charset=utf-8'],
    ['/state/', 200, 'text/html; charset=utf-8'],
    ['/state%00', 404, 'text/plain; charset=utf-8'],
    ['/a:b', 404, 'text/plain; charset=utf-8'],
  ])('answers %s with %d', async (path, status, type) => {
    const { get } = await openScene()
    const response = await get(path)
    expect([response.status, response.headers.get('content-type')]).toEqual([status, type])
  })

  it.each(['https://notes.example/admin/console', 'https://notes.example/c', 'https://notes.example//evil'])(
    'leads from %s to the same path with a slash, on the same host',
    async (url) => {
      const { console } = await openScene()
      const response = await console.handle(new Request(url))
      const location = response.headers.get('location') as string
      expect(response.status).toBe(303)
      expect(location).toMatch(/^\.\/[a-z]+\/$/)
      expect(new URL(location, url).href).toBe(`${url}/`)
    },
  )

  it.each(['/', '/assets/app.js', '/state', '/events', '/nothing.txt'])(
    'answers HEAD %s as GET, without content',
    async (path) => {
      const { get } = await openScene()
      const [head, whole] = [await get(path, {}, 'HEAD'), await get(path)]
      expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
        whole.status,
        whole.headers.get('content-type'),
        '',
      ])
      await whole.body?.cancel()
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'answers %s with 405, and asks nobody',
    async (method) => {
      const asked: string[] = []
      const { get } = await openScene({ allow: ({ url }) => asked.push(url) > 0 })
      const response = await get('/state', {}, method)
      expect([response.status, response.headers.get('allow'), asked]).toEqual([405, 'GET, HEAD', []])
    },
  )
})

describe('the doors of the console', () => {
  it.each(['/', '/assets/app.js', '/state', '/mission', '/events', '/nothing.txt', ''])(
    'ask "allow" for %j, with the request and what the adapter passed',
    async (path) => {
      const asked: unknown[] = []
      const { console, get } = await openScene({
        allow: (request, context) => {
          asked.push([new URL(request.url).pathname, request.headers.get('cookie'), context])
          return false
        },
      })
      expect((await get(path, { cookie: 'a=b' })).status).toBe(403)
      await console.handle(new Request('https://notes.example/c/'), 'context')
      expect(asked).toEqual([
        [`/admin/console${path}`, 'a=b', undefined],
        ['/c/', null, 'context'],
      ])
    },
  )

  it.each([
    ['false', () => false],
    ['1', () => 1],
    ['"true"', () => 'true'],
    ['an object', () => ({})],
    ['nothing', () => undefined],
    ['a promise of false', async () => false],
    ['a promise of 1', async () => 1],
    [
      'an error',
      () => {
        throw new Error('broken')
      },
    ],
    ['a rejection', () => Promise.reject(new Error('broken'))],
    ['no answer in time', () => new Promise(() => undefined)],
    ['true too late', () => new Promise((resolve) => setTimeout(resolve, 500, true))],
  ])('stay closed when "allow" returns %s', async (_, allow) => {
    const { get } = await openScene({ allow: allow as never, settings: { allow: 20 } })
    const response = await get('/state')
    expect([response.status, await response.text()]).toEqual([
      403,
      'The console is not open to this request.\n',
    ])
  })

  it.each([true, Promise.resolve(true)])('open for %s alone', async (answer) => {
    const { get } = await openScene({ allow: () => answer })
    expect((await get('/state')).status).toBe(200)
  })

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'SAME-ORIGIN' }, 403],
    [{ 'sec-fetch-site': '' }, 403],
    [{ 'sec-fetch-site': 'same-origin, cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://notes.example.evil.example' }, 403],
    [{ origin: 'https://notes.example:444' }, 403],
    [{ origin: 'https://notes.example' }, 200],
    [{ origin: 'http://localhost:3000', host: 'localhost:3000' }, 200],
    [{ origin: 'http://evil.example:3000', host: 'localhost:3000' }, 403],
    [{}, 200],
  ])('answer a request with %j with %d', async (headers, status) => {
    const asked: string[] = []
    const { get } = await openScene({ allow: ({ url }) => asked.push(url) > 0 })
    const response = await get('/state', headers)
    expect([response.status, asked.length]).toEqual([status, status === 200 ? 1 : 0])
  })
})

describe('the state', () => {
  it('has every decision with its explanation, the series and a snapshot', async () => {
    const { agent, call, refusal, state, resource } = await openScene()
    await call(await agent.authToken(), {
      requirement: { name: 'notes.read' },
    })
    await refusal(await agent.authToken(), { mistake: 'stale' })
    const { type, snapshot, decisions, series, startedAt, now, sampled } = await state()
    expect([type, snapshot.process, sampled]).toEqual([
      'aauth.console.v1',
      resource.snapshot().process,
      { shown: 2, of: 2 },
    ])
    expect(decisions).toMatchObject([
      { seq: 1, outcome: 'accepted', requirement: 'notes.read', explanation: { agent: 'Nothing.' } },
      {
        seq: 2,
        outcome: 'refused',
        code: 'invalid_signature',
        hint: expect.stringContaining('61 s old'),
        explanation: { agent: expect.stringContaining('Sign again') },
      },
    ])
    expect(series.codes).toEqual({ invalid_signature: 1 })
    expect(series.routes).toMatchObject({ 'notes.read': { accepted: 1 }, '(unnamed)': { refused: 1 } })
    expect(series.points.reduce((sum, { accepted, refused }) => sum + accepted + refused, 0)).toBe(2)
    expect(startedAt).toBeLessThanOrEqual(now)
  })

  it('has what happens beside decisions', async () => {
    const { resource, state } = await openScene()
    await resource.missions.terminate(mission, 'revoked')
    expect((await state()).happenings).toMatchObject([
      { type: 'aauth.mission_terminated.v1', mission, learnedFrom: 'operator' },
    ])
  })

  it('has no texts of callers that are longer than 256 characters, and the last 500 decisions', async () => {
    const { agent, refusal, state, get } = await openScene()
    const token = await agent.authToken()
    for (let i = 0; i < 600; i += 1)
      await refusal(token, { url: `https://notes.example/${'a'.repeat(10_000)}`, mistake: 'wrong-key' })
    const { decisions, sampled } = await state()
    expect(decisions.length).toBe(Math.min(sampled.shown, 500))
    expect(decisions.every(({ path }) => path.length === 256)).toBe(true)
    expect((await (await get('/state')).text()).length).toBeLessThan(2_000_000)
  })
})

describe('a mission', () => {
  const query = `?approver=${encodeURIComponent(mission.approver)}&s256=${mission.s256}`

  it('has its outstanding tokens and its decisions, and no others', async () => {
    const { agent, call, refusal, get, resource } = await openScene()
    const token = await agent.authToken({ mission: mission.s256 })
    await call(token)
    await call(await agent.authToken())
    await resource.missions.terminate(mission, 'revoked')
    await refusal(token)
    const response = await get(`/mission${query}`)
    const body = (await response.json()) as ConsoleMission
    expect(body).toMatchObject({
      mission,
      outstanding: {
        tokens: [{ issuer: mission.approver, accepted: 1 }],
        terminated: { reason: 'revoked', learnedFrom: 'operator' },
      },
    })
    expect(body.decisions.map(({ code }) => code)).toEqual([undefined, 'mission_terminated'])
  })

  it.each([
    '',
    '?approver=https://ps.example',
    `?s256=${mission.s256}`,
    `?approver=ps.example&s256=${mission.s256}`,
    '?approver=https://ps.example&s256=short',
    `${query}&approver=https://other.example`,
    `${query}&s256=${mission.s256}`,
    `?approver=${'a'.repeat(5000)}&s256=${mission.s256}`,
  ])('is refused with 400 for the query %j', async (search) => {
    const { get } = await openScene()
    expect((await get(`/mission${search}`)).status).toBe(400)
  })
})

describe('closing', () => {
  it('removes the listeners, and answers 503 afterwards', async () => {
    const { console, resource, agent, call, get } = await openScene()
    console.close()
    await call(await agent.authToken())
    expect((await get('/state')).status).toBe(503)
    // The resource takes no number for decisions that nobody hears.
    const again = createConsole({ resource, allow: () => true })
    await call(await agent.authToken())
    const state = await again.handle(new Request('https://notes.example/state'))
    expect(((await state.json()) as { decisions: { seq: number }[] }).decisions.length).toBe(1)
    again.close()
  })
})
