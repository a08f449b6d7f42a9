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

  it('is the one that the client sent, wherever the router is mounted [E21, SIG-15]', async () => {
    const { send } = await serveMounts()
    const response = await send({ target: '/v1/x' })
    expect([response.status, await response.json()]).toEqual([200, { url: '/x', sub: 'person-1' }])
  })

  it('is the one that the client sent, even inside app.use with a path [E21]', async () => {
    const { send } = await serve(({ resource }) =>
      express().use('/api', protect(resource), (req, res) => res.json(req.url)),
    )
    expect(await (await send({ target: '/api/x' })).json()).toBe('/x')
  })

  it('is not the path inside the mount [E21]', async () => {
    const { send } = await serveMounts()
    const response = await send({ target: '/x', onTheWay: retarget('/v1/x') })
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('is not the same for another mount of a router [E22]', async () => {
    const { send } = await serveMounts()
    const response = await send({ target: '/v1/x', onTheWay: retarget('/v2/x') })
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('may be the absolute form of its own authority, signed over the path only [E11]', async () => {
    const { send } = await serveAnything()
    const response = await send({ onTheWay: retarget('http://notes.example/notes') })
    expect([response.status, await response.json()]).toEqual([200, '/notes'])
  })

  it.each(['http://evil.example/notes', 'http://notes.example@evil.example/notes', 'http:///notes'])(
    'is refused in the absolute form %s [E11]',
    async (target) => {
      const { send } = await serveAnything()
      expect(await verdictOf(await send({ onTheWay: retarget(target) }))).toEqual([400, 'invalid_request'])
    },
  )

  it.each(['/api/../notes', '/api/%2e%2e/notes', '/api/.%2E/notes', '/./notes', '/api/..'])(
    'is refused when it is %s, which other parties would route elsewhere, although it was signed [E13]',
    async (target) => {
      const { send } = await serveAnything()
      expect(await verdictOf(await send({ target }))).toEqual([400, 'invalid_request'])
    },
  )

  it.each(['/notes#top', '/notes\\..\\admin', '*'])(
    'is refused as ambiguous when it is %s [E20]',
    async (target) => {
      const { send } = await serveAnything()
      expect(await verdictOf(await send({ onTheWay: retarget(target) }))).toEqual([400, 'invalid_request'])
    },
  )

  it.each(['/a%2Fb', '/a//b', '//evil.example/notes', '/a;b=c', '/A/', '/%E0%80%AF'])(
    'is verified byte for byte as it was sent: %s [E12, E14]',
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
  ])('must be the signed one: over %s it is refused for %s [E15]', async (signed, target) => {
    const { send } = await serveAnything()
    expect(await verdictOf(await send({ target: signed, onTheWay: retarget(target) }))).toEqual([
      401,
      'invalid_signature',
    ])
  })

  it('may have another query unless the route requires @query, and covered shows which [E16, SIG-16]', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (req, res) => res.json(req.aauth?.covered)),
    )
    const response = await send({ target: '/notes', onTheWay: retarget('/notes?all=1') })
    expect([response.status, await response.json()]).toEqual([
      200,
      ['@method', '@authority', '@path', 'signature-key'],
    ])
  })

  it('is refused with another query when the route requires @query [E16, SIG-8]', async () => {
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
