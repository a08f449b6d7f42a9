import { getAuth, protect } from '@aauth-guard/express'
import { type OnTheWay, type Served, serve, verdictOf } from '@aauth-guard/fixtures/served'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('the request target on %s', (_, express) => {
  /** A router with a guarded `/x`, mounted at `/v1` and `/v2`. */
  function serveMounts(): Promise<Served> {
    return serve(({ resource }) => {
      const router = express.Router()
      router.use(protect(resource))
      router.get('/x', (req, res) => res.json({ url: req.url, sub: getAuth(req, 'auth-token').sub }))
      return express().use('/v1', router).use('/v2', router)
    })
  }

  /** Every path is guarded and answered with the path that the router saw. */
  function serveAnything(): Promise<Served> {
    return serve(({ resource }) => express().use(protect(resource), (req, res) => res.json(req.path)))
  }

  it('verifies the target the client sent, wherever the router is mounted [E21, SIG-15]', async () => {
    const { send } = await serveMounts()
    const response = await send({ target: '/v1/x' })
    expect([response.status, await response.json()]).toEqual([200, { url: '/x', sub: 'person-1' }])
  })

  it('verifies it inside app.use with a path as well [E21]', async () => {
    const { send } = await serve(({ resource }) =>
      express().use('/api', protect(resource), (req, res) => res.json(req.url)),
    )
    expect(await (await send({ target: '/api/x' })).json()).toBe('/x')
  })

  it('does not take a signature over the path inside the mount [E21]', async () => {
    const { send } = await serveMounts()
    const response = await send({ target: '/x', onTheWay: retarget('/v1/x') })
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('does not take a signature for one mount of a router at another [E22]', async () => {
    const { send } = await serveMounts()
    const response = await send({ target: '/v1/x', onTheWay: retarget('/v2/x') })
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('serves absolute form for its own authority, signed over the path alone [E11]', async () => {
    const { send } = await serveAnything()
    const response = await send({ onTheWay: retarget('http://notes.example/notes') })
    expect([response.status, await response.json()]).toEqual([200, '/notes'])
  })

  it.each(['http://evil.example/notes', 'http://notes.example@evil.example/notes', 'http:///notes'])(
    'refuses the absolute form %s [E11]',
    async (target) => {
      const { send } = await serveAnything()
      expect(await verdictOf(await send({ onTheWay: retarget(target) }))).toEqual([400, 'invalid_request'])
    },
  )

  it.each(['/api/../notes', '/api/%2e%2e/notes', '/api/.%2E/notes', '/./notes', '/api/..'])(
    'refuses %s, which other parties would route elsewhere, although it was signed like that [E13]',
    async (target) => {
      const { send } = await serveAnything()
      expect(await verdictOf(await send({ target }))).toEqual([400, 'invalid_request'])
    },
  )

  it.each(['/notes#top', '/notes\\..\\admin', '*'])(
    'refuses the ambiguous target %s [E20]',
    async (target) => {
      const { send } = await serveAnything()
      expect(await verdictOf(await send({ onTheWay: retarget(target) }))).toEqual([400, 'invalid_request'])
    },
  )

  it.each(['/a%2Fb', '/a//b', '//evil.example/notes', '/a;b=c', '/A/', '/%E0%80%AF'])(
    'verifies %s byte for byte as it was sent [E12, E14]',
    async (target) => {
      const { send } = await serveAnything()
      expect((await send({ target })).status).toBe(200)
    },
  )

  it.each([
    ['/a%2Fb', '/a/b'],
    ['/A', '/a'],
    ['/a', '/a/'],
    ['/a%41', '/aA'],
    ['/a', '//a'],
  ])('does not take a signature over %s for %s [E15]', async (signed, target) => {
    const { send } = await serveAnything()
    expect(await verdictOf(await send({ target: signed, onTheWay: retarget(target) }))).toEqual([
      401,
      'invalid_signature',
    ])
  })

  it('leaves the query to routes that demand it, and says what was covered [E16, SIG-16]', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (req, res) => res.json(req.aauth?.covered)),
    )
    const response = await send({ target: '/notes', onTheWay: retarget('/notes?all=1') })
    expect([response.status, await response.json()]).toEqual([
      200,
      ['@method', '@authority', '@path', 'signature-key'],
    ])
  })

  it('refuses another query where the route demands @query [E16, SIG-8]', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource, { components: ['@query'] }), (_req, res) => res.json([])),
    )
    const cover = ['@query']
    const good = await send({ target: '/notes?of=me', cover })
    const changed = await send({ target: '/notes?of=me', cover, onTheWay: retarget('/notes?of=you') })
    const uncovered = await send({ target: '/notes?of=me' })
    expect([good.status, ...(await verdictOf(changed)), ...(await verdictOf(uncovered))]).toEqual([
      200,
      401,
      'invalid_signature',
      401,
      'invalid_input',
    ])
  })
})

function retarget(target: string): OnTheWay {
  return (message) => ({ ...message, target })
}
