import { gzipSync } from 'node:zlib'
import { answerRefusals, getAuth, protect, verifyDigest } from '@aauth-guard/express'
import { note, tampered } from '@aauth-guard/fixtures/note'
import { type Sent, type Served, serve, verdictOf } from '@aauth-guard/fixtures/served'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('content digests on %s', (_, express) => {
  const parsers: Readonly<Record<string, RequestHandler>> = {
    json: express.json({ verify: verifyDigest }),
    urlencoded: express.urlencoded({ extended: false, verify: verifyDigest }),
    raw: express.raw({ verify: verifyDigest }),
    text: express.text({ verify: verifyDigest }),
  }

  function serveNotes(...before: RequestHandler[]): Promise<Served> {
    return serve(({ resource }) =>
      express()
        .post('/notes', ...before, protect(resource), parsers.json as RequestHandler, (req, res) => {
          res.json({ sub: getAuth(req, 'auth-token').sub, body: req.body })
        })
        .use(answerRefusals()),
    )
  }

  it('are compared when the parser has the content', async () => {
    const { send } = await serveNotes()
    const response = await send(note)
    expect([response.status, await response.json()]).toEqual([
      200,
      { sub: 'person-1', body: { text: 'milk' } },
    ])
  })

  it('that do not match the content are refused [SIG-12]', async () => {
    const { send, refusals } = await serveNotes()
    const response = await send({ ...note, onTheWay: tampered })
    expect(response.headers.get('signature-error')).toBe('error=invalid_signature')
    expect(await verdictOf(response)).toEqual([401, 'invalid_signature'])
    expect(refusals.map(({ hint }) => hint)).toEqual([
      expect.stringMatching(/^"content-digest" is not the digest of the content: /),
    ])
  })

  it.each([
    ['json', 'application/json', '{"a":1}', { a: 1 }],
    ['urlencoded', 'application/x-www-form-urlencoded', 'a=1&b=%20', { a: '1', b: ' ' }],
    ['text', 'text/plain', 'a\r\nb', 'a\r\nb'],
    ['raw', 'application/octet-stream', '\u0000a', { type: 'Buffer', data: [0, 97] }],
  ] as const)(
    'work with express.%s: signed content is accepted and other content refused [SIG-12]',
    async (name, type, body, parsed) => {
      const { send } = await serve(({ resource }) =>
        express()
          .post('/notes', protect(resource), parsers[name] as RequestHandler, (req, res) => {
            getAuth(req, 'auth-token')
            res.json(req.body)
          })
          .use(answerRefusals()),
      )
      const sent: Sent = { method: 'POST', body, digest: true, headers: { 'content-type': type } }
      const good = await send(sent)
      expect([good.status, await good.json()]).toEqual([200, parsed])
      expect(await verdictOf(await send({ ...sent, onTheWay: tampered }))).toEqual([401, 'invalid_signature'])
    },
  )

  it('that are not covered are ignored, and the identity says so', async () => {
    const { send } = await serve(({ resource }) =>
      express().post('/notes', protect(resource), parsers.json as RequestHandler, (req, res) => {
        res.json([getAuth(req, 'auth-token').covered.includes('content-digest'), req.body])
      }),
    )
    const response = await send({ ...note, digest: false, onTheWay: tampered })
    expect(await response.json()).toEqual([false, { text: 'wine' }])
  })

  it('are required by a route of requests with content [SIG-8, R11-104]', async () => {
    const components = ['content-digest', 'content-type']
    const { send } = await serve(({ resource }) =>
      express().post(
        '/notes',
        protect(resource, { components }),
        parsers.json as RequestHandler,
        (_req, res) => res.sendStatus(204),
      ),
    )
    const bare = await send({ ...note, digest: false })
    expect(bare.headers.get('signature-error')).toBe(
      'error=invalid_input, required_input=("@method" "@authority" "@path" "signature-key" "content-digest" "content-type")',
    )
    expect([bare.status, (await send(note)).status, (await send({ method: 'POST' })).status]).toEqual([
      401, 204, 204,
    ])
  })

  it('are compared by the guard, whether or not a parser or handler reads the content [SIG-12, N03]', async () => {
    const { send } = await serve(({ resource }) =>
      express()
        .post('/notes', protect(resource), express.json(), (req, res) => res.json(req.body))
        .post('/unread', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    const [good, changed] = [await send(note), await send({ ...note, onTheWay: tampered })]
    expect([good.status, await good.json(), await verdictOf(changed)]).toEqual([
      200,
      { text: 'milk' },
      [401, 'invalid_signature'],
    ])
    const unread = { ...note, target: '/unread' }
    expect([
      (await send(unread)).status,
      await verdictOf(await send({ ...unread, onTheWay: tampered })),
    ]).toEqual([204, [401, 'invalid_signature']])
  })

  it('are compared when no parser accepts the content type', async () => {
    const { send } = await serveNotes()
    const text = { ...note, headers: { 'content-type': 'text/plain' } }
    expect([(await send(text)).status, (await send({ ...text, onTheWay: tampered })).status]).toEqual([
      200, 401,
    ])
  })

  it('are compared up to maxContent, and longer content is refused with content_too_large [N09]', async () => {
    const { send } = await serve(({ resource }) =>
      express().post('/notes', protect(resource, {}, { maxContent: 4 }), (_req, res) => res.sendStatus(204)),
    )
    const sent: Sent = { method: 'POST', digest: true, headers: { 'content-type': 'text/plain' } }
    expect((await send({ ...sent, body: 'milk' })).status).toBe(204)
    expect(await verdictOf(await send({ ...sent, body: 'cream' }))).toEqual([413, 'content_too_large'])
  })

  it('that do not match keep changed content from the handler even without answerRefusals', async () => {
    let entered = false
    const { send } = await serve(({ resource }) =>
      express().post('/notes', protect(resource), parsers.json as RequestHandler, (_req, res) => {
        entered = true
        res.sendStatus(204)
      }),
    )
    expect([(await send({ ...note, onTheWay: tampered })).status, entered]).toEqual([401, false])
  })

  it('need no parser for a request without content', async () => {
    const { send } = await serve(({ resource }) =>
      express().post('/notes', protect(resource), (req, res) => res.json(getAuth(req, 'auth-token').sub)),
    )
    expect((await send({ method: 'POST', digest: true })).status).toBe(200)
  })

  it.each(['gzip', 'GZIP'])(
    'of content compressed with %s are those of the compressed content [N06]',
    async (encoding) => {
      const { send } = await serveNotes()
      const sent: Sent = {
        ...note,
        body: new Uint8Array(gzipSync(note.body)),
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      }
      const response = await send(sent)
      expect([response.status, await response.json()]).toEqual([
        200,
        { sub: 'person-1', body: { text: 'milk' } },
      ])
    },
  )

  it('that are not covered do not affect compressed content', async () => {
    const { send } = await serveNotes()
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const response = await send({ method: 'POST', body: new Uint8Array(gzipSync(note.body)), headers })
    expect([response.status, await response.json()]).toEqual([
      200,
      { sub: 'person-1', body: { text: 'milk' } },
    ])
  })

  it('treat Content-Encoding: Identity as no encoding', async () => {
    const { send } = await serveNotes()
    const headers = { 'content-type': 'application/json', 'content-encoding': 'Identity' }
    expect((await send({ ...note, headers })).status).toBe(200)
  })
})
