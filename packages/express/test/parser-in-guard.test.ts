import { gzipSync } from 'node:zlib'
import { protect, verifyDigest } from '@aauth-guard/express'
import { note, tampered } from '@aauth-guard/fixtures/note'
import { type Served, serve, verdictOf } from '@aauth-guard/fixtures/served'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'
import { tellError } from './handlers.ts'

describe.each(expressLines)('a parser that the guard runs on %s', (_, express) => {
  async function serveWith(
    parser: RequestHandler,
    options: object = {},
  ): Promise<Served & { readonly entered: unknown[] }> {
    const entered: unknown[] = []
    const served = await serve(({ resource }) =>
      express()
        .post('/notes', protect(resource, { optional: true }, { parser, ...options }), (req, res) => {
          entered.push(req.body)
          res.sendStatus(204)
        })
        .use(tellError),
    )
    return { ...served, entered }
  }

  it('reads content that the guard then compares [SIG-12]', async () => {
    const { send, entered } = await serveWith(express.json({ verify: verifyDigest }))
    expect([(await send(note)).status, entered]).toEqual([204, [{ text: 'milk' }]])
  })

  it('does not pass changed content to the handler, and the guard answers [SIG-12, N01]', async () => {
    const { send, entered } = await serveWith(express.json({ verify: verifyDigest }))
    const response = await send({ ...note, onTheWay: tampered })
    expect([await verdictOf(response), entered]).toEqual([[401, 'invalid_signature'], []])
  })

  it('without verifyDigest accepts no content with a covered digest [N03]', async () => {
    const { send, entered, refusals } = await serveWith(express.json())
    expect([await verdictOf(await send(note)), entered]).toEqual([[503, 'server_error'], []])
    expect(refusals[0]?.hint).toContain('verify: verifyDigest')
    expect((await send({ ...note, digest: false })).status).toBe(204)
  })

  it('that leaves the content unread has it compared by the guard [SIG-12]', async () => {
    const { send } = await serveWith(express.urlencoded({ extended: false, verify: verifyDigest }))
    expect([(await send(note)).status, (await send({ ...note, onTheWay: tampered })).status]).toEqual([
      204, 401,
    ])
  })

  it('keeps its own limit and its own errors', async () => {
    const { send, entered } = await serveWith(express.json({ limit: 4, verify: verifyDigest }))
    const response = await send(note)
    expect([response.status, await response.text(), entered]).toEqual([
      500,
      'PayloadTooLargeError: request entity too large',
      [],
    ])
  })

  it('refuses compressed content with a covered digest', async () => {
    const { send } = await serveWith(express.json({ verify: verifyDigest }))
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const response = await send({ ...note, body: new Uint8Array(gzipSync('{"text":"milk"}')), headers })
    expect(await verdictOf(response)).toEqual([400, 'invalid_request'])
  })

  it('parses the content of callers without a credential on an optional route', async () => {
    const { url, entered } = await serveWith(express.json({ verify: verifyDigest }))
    const headers = { 'content-type': 'application/json' }
    await fetch(`${url}/notes`, { method: 'POST', body: '{"a":1}', headers })
    expect(entered).toEqual([{ a: 1 }])
  })

  it('that rejects later is a fault of the application, which keeps running', async () => {
    const parser = async (): Promise<never> => {
      await Promise.resolve()
      throw new Error('the parser failed')
    }
    const { send } = await serveWith(parser as never)
    expect((await send({ method: 'POST' })).status).toBe(500)
    expect((await send({ method: 'POST' })).status).toBe(500)
  })

  it('that throws is a fault of the application, and the handler does not run', async () => {
    const { send, entered } = await serveWith(() => {
      throw new Error('the parser failed')
    })
    expect([(await send(note)).status, entered]).toEqual([500, []])
  })

  it('must be a middleware', async () => {
    await expect(serveWith('json' as never)).rejects.toThrow(
      '"parser" must be a middleware: express.json({ verify: verifyDigest })',
    )
  })
})
