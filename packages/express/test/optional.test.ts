import { protect } from '@aauth-guard/express'
import { type OnTheWay, type Sent, type Served, serve, withLines } from '@aauth-guard/fixtures/served'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('an optional guard on %s', (_, express) => {
  function serveOptional(): Promise<Served> {
    return serve(({ resource }) =>
      express().get('/notes', protect(resource, { optional: true }), (req, res) => {
        res.json({ sub: req.aauth?.sub ?? null })
      }),
    )
  }

  it('accepts a caller without any credential and yields no identity', async () => {
    const { sendUnsigned } = await serveOptional()
    const response = await sendUnsigned()
    expect([response.status, await response.json()]).toEqual([200, { sub: null }])
  })

  it('yields the identity of a caller with a credential', async () => {
    const { send } = await serveOptional()
    expect(await (await send()).json()).toEqual({ sub: 'person-1' })
  })

  it('keeps answers to anonymous callers out of shared caches [M14]', async () => {
    const { sendUnsigned } = await serveOptional()
    const { headers } = await sendUnsigned()
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual([
      'private',
      'Signature-Key, Signature',
    ])
  })

  it.each<[string, Sent]>([
    ['a signature that does not verify', { mistake: 'flip-signature' }],
    ['an empty Signature', { mistake: 'empty-signature' }],
    ['a Signature-Key and nothing else', { onTheWay: onlyTheKey }],
  ])('still refuses %s [A18]', async (_title, sent) => {
    const { send } = await serveOptional()
    const response = await send(sent)
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('refuses a request with only an empty signature field', async () => {
    const { send } = await serveOptional()
    const alone = withLines(['signature', ''])
    const response = await send({ onTheWay: (message) => alone({ ...message, headers: [] }) })
    expect(response.status).toBe(401)
  })
})

const onlyTheKey: OnTheWay = (message) => ({
  ...message,
  headers: message.headers.filter(([name]) => name === 'signature-key'),
})
