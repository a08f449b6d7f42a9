import { issueResourceToken, stepUp } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import { refusalOf, verified } from '@aauth-guard/fixtures/issued'
import { exchange, wireText } from '@aauth-guard/fixtures/raw-socket'
import { serve, verdictOf } from '@aauth-guard/fixtures/served'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { expressLines } from './express-lines.ts'

const options = {
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
  defaultScope: 'notes.read',
}
const read = { scope: 'notes.read' }
const json = { 'content-type': 'application/json' }

describe.each(expressLines)('on %s', (_, express) => {
  it('answerRefusals answers a step-up that a handler throws [CHAL-7, R11-146, R11-150]', async () => {
    const { send, agent, resource } = await serve(
      ({ resource }) =>
        express()
          .get('/notes', protect(resource, read), (req) => {
            stepUp(resource, getAuth(req, 'auth-token'), { scope: 'notes.write' })
          })
          .use(answerRefusals()),
      options,
    )
    const response = await send({ token: await agent.authToken(read) })
    const [, token = ''] =
      /^requirement=auth-token;resource-token="([^"]+)"$/.exec(
        response.headers.get('aauth-requirement') ?? '',
      ) ?? []
    const { payload } = await verified(resource, token)
    expect([
      ...(await verdictOf(response)),
      response.headers.get('content-type'),
      response.headers.get('cache-control'),
      payload.scope,
    ]).toEqual([401, 'auth_token_required', 'application/problem+json', 'no-store', 'notes.read notes.write'])
  })

  it('the error page of Express for an unanswered step-up discloses nothing about the request [P01]', async () => {
    const { send, agent } = await serve(
      ({ resource }) =>
        // The page of an app in production shows less.
        express()
          .set('env', 'development')
          .get('/notes', protect(resource, read), (req) => {
            stepUp(resource, getAuth(req, 'auth-token'), { scope: 'notes.write' })
          }),
      options,
    )
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => printed.mockRestore())
    const token = await agent.authToken(read)
    const headers = { 'x-secret': 'secret-field' }
    const response = await send({ token, target: '/notes?secret-query', headers })
    const page = await response.text()
    expect([response.status, response.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
    expect(page).toContain('nothing answered the error of stepUp')
    const sent = [...token.split('.'), 'secret-query', 'secret-field', 'person-1', agent.id, 'notes.write']
    expect(sent.filter((text) => page.includes(text))).toEqual([])
    expect(response.headers.get('aauth-requirement')).toBeNull()
  })

  it('the authorization endpoint answers over a socket [RT-17, RT-18, R11-200]', async () => {
    const { send, agent, resource } = await serve(
      ({ resource }) => express().use(wellKnown(resource)).use(express.json()),
      options,
    )
    const response = await send({
      method: 'POST',
      target: '/aauth/authorize',
      token: await agent.personToken(),
      headers: json,
      body: '{"scope":"notes.write"}',
      digest: true,
    })
    const { resource_token: token } = (await response.json()) as { resource_token: string }
    const { payload } = await verified(resource, token)
    expect([response.status, response.headers.get('cache-control'), payload.scope]).toEqual([
      200,
      'no-store',
      'notes.write',
    ])
  })

  it('the authorization endpoint refuses content that is not what was signed [SIG-12, R11-104]', async () => {
    const { send, agent } = await serve(({ resource }) => express().use(wellKnown(resource)), options)
    const response = await send({
      method: 'POST',
      target: '/aauth/authorize',
      token: await agent.personToken(),
      headers: json,
      body: '{"scope":"notes.read"}',
      digest: true,
      onTheWay: (message) => ({ ...message, body: new TextEncoder().encode('{"scope":"notes.write"}') }),
    })
    expect(await verdictOf(response)).toEqual([401, 'invalid_signature'])
  })

  it.each([4097, 8_000_000])(
    'the authorization endpoint answers %i octets with 413 and reads no more of them [R11-206]',
    async (octets) => {
      const { send, agent } = await serve(({ resource }) => express().use(wellKnown(resource)), options)
      const response = await send({
        method: 'POST',
        target: '/aauth/authorize',
        token: await agent.personToken(),
        headers: json,
        body: `{"scope":"notes.read"}${' '.repeat(octets - 22)}`,
      })
      expect(await verdictOf(response)).toEqual([413, 'content_too_large'])
    },
  )

  it('a connection continues after content that was too large [R11-206]', async () => {
    const { url, sign, agent } = await serve(({ resource }) => express().use(wellKnown(resource)), options)
    const tooLarge = await sign({
      method: 'POST',
      target: '/aauth/authorize',
      token: await agent.personToken(),
      headers: json,
      body: ' '.repeat(500_000),
    })
    const next = { ...tooLarge, method: 'GET', target: '/.well-known/aauth-resource.json', headers: [] }
    const { body: _, ...bare } = next
    const received = await exchange(url, wireText(tooLarge, false) + wireText(bare))
    const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status)
    expect(statuses).toEqual(['413', '200'])
  })

  it('the authorization endpoint reads up to 4096 octets', async () => {
    const { send, agent } = await serve(({ resource }) => express().use(wellKnown(resource)), options)
    const response = await send({
      method: 'POST',
      target: '/aauth/authorize',
      token: await agent.personToken(),
      headers: json,
      body: `{"scope":"notes.read"}${' '.repeat(4096 - 22)}`,
    })
    expect(response.status).toBe(200)
  })

  it('the authorization endpoint answers another method with 405 [R11-207]', async () => {
    const { sendUnsigned } = await serve(({ resource }) => express().use(wellKnown(resource)), options)
    const response = await sendUnsigned('GET', '/aauth/authorize')
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('an identity may outlive its request, but not its token [RT-9, R11-161]', async () => {
    const kept: Parameters<typeof issueResourceToken>[1][] = []
    const { send, agent, resource } = await serve(
      ({ resource }) =>
        express().get('/notes', protect(resource, read), (req, res) => {
          kept.push(getAuth(req, 'auth-token'))
          res.end()
        }),
      options,
    )
    await send({ token: await agent.authToken(read) })
    const [auth] = kept
    if (auth === undefined) throw new Error('nobody called')
    await resource.revoke(auth)
    expect((await refusalOf(issueResourceToken(resource, auth, read))).code).toBe('revoked_jwt')
  })
})
