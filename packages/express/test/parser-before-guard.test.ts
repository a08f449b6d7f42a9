import { gzipSync } from 'node:zlib'
import { answerRefusals, getAuth, protect, verifyDigest } from '@aauth-guard/express'
import { note } from '@aauth-guard/fixtures/note'
import { exchange, statusesOf } from '@aauth-guard/fixtures/raw-socket'
import { type Sent, type Served, serve, verdictOf } from '@aauth-guard/fixtures/served'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'
import { tellError } from './handlers.ts'

describe.each(expressLines)('a body parser on %s', (_, express) => {
  function serveAfterParser(): Promise<Served> {
    return serve(({ resource }) =>
      express()
        .use(express.json({ verify: verifyDigest }))
        .post('/notes', protect(resource), (req, res) => {
          res.json({ sub: getAuth(req, 'auth-token').sub, body: req.body })
        })
        .use(tellError),
    )
  }

  it('before the guard keeps the content, so that the guard compares the digest', async () => {
    const { send } = await serveAfterParser()
    const response = await send(note)
    expect([response.status, await response.json()]).toEqual([
      200,
      { sub: 'person-1', body: { text: 'milk' } },
    ])
  })

  it('before the guard does not hide changed content, which the guard refuses [SIG-12]', async () => {
    const { send } = await serveAfterParser()
    const body = new TextEncoder().encode('{"text":"wine"}')
    const response = await send({ ...note, onTheWay: (message) => ({ ...message, body }) })
    expect(await verdictOf(response)).toEqual([401, 'invalid_signature'])
  })

  it('before the guard does not make inflated content pass as what was signed', async () => {
    const { send } = await serveAfterParser()
    const sent: Sent = {
      ...note,
      body: new Uint8Array(gzipSync('{"text":"milk"}')),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    }
    // The digest is of the inflated content, which is not what crossed the wire.
    const inflated = await send({ ...note, onTheWay: (message) => compress(message) })
    expect([await verdictOf(await send(sent)), await verdictOf(inflated)]).toEqual([
      [503, 'server_error'],
      [503, 'server_error'],
    ])
  })

  it('before the guard without verifyDigest leads to a refusal with a problem, and the hint has the remedy [N07]', async () => {
    let entered = false
    const { send, refusals } = await serve(({ resource }) =>
      express()
        .use(express.json())
        .post('/notes', protect(resource), (_req, res) => {
          entered = true
          res.sendStatus(204)
        }),
    )
    expect([await verdictOf(await send(note)), entered]).toEqual([[503, 'server_error'], false])
    expect(refusals.map(({ hint }) => hint)).toEqual([
      'the signature covers "content-digest", but the content was not compared with it: mount protect(resource) before the body parsers, or give them { verify: verifyDigest }',
    ])
  })

  it('before an optional guard reads the content of unauthenticated clients', async () => {
    const { url } = await serve(({ resource }) =>
      express().post(
        '/notes',
        express.json({ verify: verifyDigest }),
        protect(resource, { optional: true }),
        (req, res) => res.json([req.aauth ?? null, req.body]),
      ),
    )
    const response = await fetch(`${url}/notes`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await response.json()).toEqual([null, { a: 1 }])
  })

  it('after the guard compares chunked content, even if it is empty', async () => {
    const { url, sign } = await serve(({ resource }) =>
      express()
        .post('/notes', protect(resource), express.json({ verify: verifyDigest }), (req, res) => {
          getAuth(req, 'auth-token')
          res.sendStatus(204)
        })
        .use(answerRefusals()),
    )
    const chunked = async (sent: Sent, content: string): Promise<number | undefined> => {
      const { headers } = await sign(sent)
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      const head = `POST /notes HTTP/1.1\r\nHost: notes.example\r\nConnection: close\r\n${lines}`
      const [status] = statusesOf(
        await exchange(url, `${head}Transfer-Encoding: chunked\r\n\r\n${content}0\r\n\r\n`),
      )
      return status
    }
    expect([
      await chunked(note, '6\r\n{"text\r\n9\r\n":"milk"}\r\n'),
      await chunked(note, '6\r\n{"text\r\n9\r\n":"wine"}\r\n'),
      await chunked({ ...note, body: '' }, ''),
      await chunked(note, ''),
    ]).toEqual([204, 401, 204, 401])
  })

  it('after two guards reads content that was compared once for both', async () => {
    const { send } = await serve(({ resource }) =>
      express()
        .use(protect(resource))
        .use(express.json({ verify: verifyDigest }))
        .post('/notes', protect(resource), (req, res) => res.json(getAuth(req, 'auth-token').sub))
        .use(answerRefusals()),
    )
    expect((await send(note)).status).toBe(200)
  })
})

function compress(message: Parameters<NonNullable<Sent['onTheWay']>>[0]): typeof message {
  return {
    ...message,
    headers: [...message.headers, ['content-encoding', 'gzip']],
    body: new Uint8Array(gzipSync(message.body ?? '')),
  }
}
