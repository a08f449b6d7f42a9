import { protect } from '@aauth-guard/express'
import { exchange, statusesOf, wireText } from '@aauth-guard/fixtures/raw-socket'
import { type OnTheWay, type Served, serve, verdictOf, withLines } from '@aauth-guard/fixtures/served'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('header lines on %s', (_, express) => {
  function serveNotes(): Promise<Served> {
    return serve(({ resource }) =>
      express().all('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
  }

  it('are refused when there is a second Host line, of which Node would keep the first [A01]', async () => {
    const { send } = await serveNotes()
    expect(await verdictOf(await send({ onTheWay: withLines(['host', 'evil.example']) }))).toEqual([
      400,
      'invalid_request',
    ])
  })

  it.each(['authorization', 'content-type'])(
    'are refused when there is a second %s line, of which Node would keep the first [A06]',
    async (name) => {
      const { send } = await serveNotes()
      const sent = { headers: { [name]: 'text/plain' }, onTheWay: withLines([name, 'text/html']) }
      expect(await verdictOf(await send(sent))).toEqual([400, 'invalid_request'])
    },
  )

  it.each([
    ['no Host', 'GET /notes HTTP/1.0\r\n\r\n'],
    ['an empty Host', 'GET /notes HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['a path in Host', 'GET /notes HTTP/1.1\r\nHost: evil.example/foo?\r\nConnection: close\r\n\r\n'],
    ['user information in Host', 'GET /notes HTTP/1.1\r\nHost: a@evil.example\r\nConnection: close\r\n\r\n'],
    ['a tab in Host', 'GET /notes HTTP/1.1\r\nHost: notes.example\tevil\r\nConnection: close\r\n\r\n'],
  ])('are refused with 400 for %s [A02, A03]', async (_title, text) => {
    const { url } = await serveNotes()
    expect(statusesOf(await exchange(url, text))).toEqual([400])
  })

  it('of a repeated covered field are joined in order [A07]', async () => {
    const { send } = await serveNotes()
    const signed = { headers: { 'x-part': 'one, two' }, cover: ['x-part'] }
    const statuses = [
      await send({ ...signed, onTheWay: inLines('x-part', 'one', 'two') }),
      await send({ ...signed, onTheWay: inLines('x-part', 'two', 'one') }),
      await send({ ...signed, onTheWay: inLines('x-part', 'one', 'two', 'three') }),
    ].map(({ status }) => status)
    expect(statuses).toEqual([204, 401, 401])
  })

  it('of Signature-Key are all read, like one line [A05]', async () => {
    const { send } = await serveNotes()
    const other = { 'signature-key': 'other=hwk;kty="OKP"' }
    const hidden: OnTheWay = (message) => ({
      ...message,
      headers: message.headers.filter(([, value]) => value !== other['signature-key']),
    })
    const whole = await send({ headers: other })
    const cut = await send({ headers: other, onTheWay: hidden })
    expect([whole.status, cut.status]).toEqual([204, 401])
  })

  it('with signature fields are read from the header section, never from trailers [A14]', async () => {
    const { url, sign } = await serveNotes()
    const { headers } = await sign({ method: 'POST' })
    const trailers = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const head = 'POST /notes HTTP/1.1\r\nHost: notes.example\r\nConnection: close\r\n'
    const chunked = `Trailer: signature\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`
    expect(statusesOf(await exchange(url, head + chunked))).toEqual([401])
  })

  it('beyond those that Node keeps make a request refused [A16]', async () => {
    const { url, sign } = await serveNotes()
    const message = await sign()
    const noise = Array.from({ length: 2100 }, () => ['a', ''] as const)
    const text = wireText({ ...message, headers: [...noise, ...message.headers] })
    const [status] = statusesOf(await exchange(url, text))
    // Node 24 refuses it; older versions drop the excess lines, and then nothing is signed.
    expect([431, 401]).toContain(status)
  })

  it.each([
    ['X-Forwarded-Host', 'evil.example', '[E07]'],
    ['X-Forwarded-Proto', 'http', '[E07]'],
    ['Forwarded', 'host=evil.example;proto=http', '[E08]'],
    ['X-Original-Host', 'evil.example', '[E08]'],
    ['X-Host', 'evil.example', '[E08]'],
    ['X-Forwarded-Server', 'evil.example', '[E08]'],
    ['X-Original-URL', '/admin', '[E09]'],
    ['X-Rewrite-URL', '/admin', '[E09]'],
    ['X-Envoy-Original-Path', '/admin', '[E09]'],
  ])('named %s change nothing, with trust proxy or without %s', async (name, value) => {
    const statuses = await Promise.all(
      [true, false].map(async (trusted) => {
        const { send } = await serve(({ resource }) =>
          express()
            .set('trust proxy', trusted)
            .get('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
        )
        return (await send({ onTheWay: withLines([name, value]) })).status
      }),
    )
    expect(statuses).toEqual([204, 204])
  })

  it('named X-Forwarded-Host do not make a signature for another authority valid [E07, SIG-14]', async () => {
    const { send } = await serve(({ resource }) =>
      express()
        .set('trust proxy', true)
        .get('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    const sent = {
      mistake: 'other-authority',
      onTheWay: withLines(['x-forwarded-host', 'elsewhere.example']),
    } as const
    expect(await verdictOf(await send(sent))).toEqual([401, 'invalid_signature'])
  })

  it('named X-Original-URL do not make a signature for another path valid [E09]', async () => {
    const { send } = await serveNotes()
    const response = await send({
      target: '/admin',
      onTheWay: (message) => withLines(['x-original-url', '/admin'])({ ...message, target: '/notes' }),
    })
    expect(await verdictOf(response)).toEqual([401, 'invalid_signature'])
  })

  it('do not depend on a Host that a proxy rewrites [SIG-14]', async () => {
    const { send } = await serveNotes()
    const rewritten: OnTheWay = (message) => ({ ...message, url: 'http://backend-7:8080/notes' })
    expect((await send({ onTheWay: rewritten })).status).toBe(204)
  })
})

/** Sends a field in the given lines instead of the signed one. */
function inLines(name: string, ...values: readonly string[]): OnTheWay {
  return (message) => ({
    ...message,
    headers: [
      ...message.headers.filter(([other]) => other !== name),
      ...values.map((value) => [name, value] as const),
    ],
  })
}
