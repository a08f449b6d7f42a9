import { protect } from '@aauth-guard/express'
import { type OnTheWay, type Sent, serve } from '@aauth-guard/fixtures/served'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('answers on %s', (_, express) => {
  it('challenge an unsigned request with everything that the protocol requires and nothing else [CHAL-1, ERR-2, ERR-5, M13]', async () => {
    const { sendUnsigned } = await serve(({ resource }) =>
      express().disable('x-powered-by').use(protect(resource)),
    )
    const response = await sendUnsigned()
    const { date: _date, ...headers } = Object.fromEntries(response.headers)
    const body = await response.text()
    expect(response.status).toBe(401)
    expect(headers).toEqual({
      'aauth-requirement': 'requirement=agent-token',
      link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
      'accept-signature-alg': 'Ed25519, ES256',
      'accept-signature-scheme': 'jwt',
      'cache-control': 'no-store',
      connection: 'close',
      'content-length': String(body.length),
      'content-type': 'application/problem+json',
      'signature-error': 'error=invalid_signature',
    })
    expect(JSON.parse(body)).toEqual({
      type: 'urn:ietf:params:sig-error:invalid_signature',
      status: 401,
      error: 'invalid_signature',
      detail: 'The HTTP message signature is missing, malformed, stale or does not verify.',
      error_description: 'The HTTP message signature is missing, malformed, stale or does not verify.',
    })
  })

  it.each<[string, number, string, Sent]>([
    ['a scope that is missing', 401, 'auth_token_required', {}],
    ['a component that is not covered', 401, 'invalid_input', { mistake: 'omit-path' }],
    ['a stale signature', 401, 'invalid_signature', { mistake: 'stale' }],
    ['a signature from the future', 401, 'clock_skew', { mistake: 'future' }],
    ['a target that names another authority', 400, 'invalid_request', { onTheWay: elsewhere }],
  ])(
    'for %s are problem documents that no cache stores [ERR-1, ERR-2]',
    async (_title, status, code, sent) => {
      const { send } = await serve(({ resource }) =>
        express().get('/notes', protect(resource, { scope: 'access' })),
      )
      const response = await send(sent)
      expect([
        response.status,
        response.headers.get('content-type'),
        response.headers.get('cache-control'),
        ((await response.json()) as { error: string }).error,
      ]).toEqual([status, 'application/problem+json', 'no-store', code])
    },
  )

  it('to a refusal by policy have no signature headers [ERR-3, R11-106, P06]', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource, { check: () => false })),
    )
    const { status, headers } = await send()
    const names = ['signature-error', 'accept-signature-scheme', 'accept-signature-alg', 'aauth-requirement']
    expect([status, names.filter((name) => headers.has(name))]).toEqual([403, []])
  })

  it('disclose neither the hint nor anything about the request [P01, P04, ERR-6]', async () => {
    const { send, refusals } = await serve(({ resource }) => express().use(protect(resource)), {
      trust: { personServers: [] },
    })
    const response = await send()
    const wire = JSON.stringify([...response.headers, await response.text()])
    const hint =
      '"https://ps.example" is not trusted as person-server: list it in "trust.personServers" to accept its tokens'
    expect([response.status, refusals[0]?.hint, wire.includes('ps.example')]).toEqual([401, hint, false])
  })

  it('to HEAD are like those to GET without the body', async () => {
    const { send } = await serve(({ resource }) => express().get('/notes', protect(resource)))
    const get = await send({ mistake: 'stale' })
    const head = await send({ mistake: 'stale', method: 'HEAD' })
    expect(await head.text()).toBe('')
    expect([head.status, fields(head)]).toEqual([get.status, fields(get)])
  })

  it('with a success are private to the caller [M14]', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (_req, res) => res.json([])),
    )
    const { headers } = await send()
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual([
      'private',
      'Signature-Key, Signature',
    ])
  })

  it('keep Cache-Control and Vary of a handler that sets them [M14]', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (_req, res) =>
        res.set({ 'Cache-Control': 'no-store', Vary: '*' }).json([]),
      ),
    )
    const { headers } = await send()
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['no-store', '*'])
  })

  it('keep Cache-Control and Vary of a middleware before the guard [M14]', async () => {
    const { send } = await serve(({ resource }) =>
      express()
        .use((_req, res, next) => {
          res.set({ 'Cache-Control': 'private, max-age=5', Vary: 'Origin' })
          next()
        })
        .get('/notes', protect(resource), (_req, res) => res.json([])),
    )
    const { headers } = await send()
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, max-age=5', 'Origin'])
  })
})

const elsewhere: OnTheWay = (message) => ({
  ...message,
  target: 'http://elsewhere.example/notes',
})

function fields({ headers }: Response): Record<string, string> {
  const { date: _date, ...rest } = Object.fromEntries(headers)
  return rest
}
