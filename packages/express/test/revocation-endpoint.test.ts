import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import { type Served, serve, verdictOf } from '@aauth-guard/fixtures/served'
import { now } from '@aauth-guard/fixtures/world'
import { dial } from '@aauth-guard/testing'
import type express from 'express'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

const target = '/aauth/revoke'
const exp = now + 100

function serveNotes(makeApp: typeof express, before?: express.RequestHandler): Promise<Served> {
  return serve(({ resource }) => {
    const app = makeApp()
    if (before) app.use(before)
    return app
      .use(wellKnown(resource))
      .get('/notes', protect(resource, { accept: 'person-token' }), (req, res) => {
        res.json({ sub: getAuth(req, 'person-token').sub })
      })
  })
}

const claimsOf = (token: string): { jti: string; exp: number } =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

describe.each(expressLines)('the revocation endpoint on %s', (_, makeApp) => {
  it('is at the path in the metadata and revokes a token that is in use [REV-1, REV-9, R11-240, R11-255]', async () => {
    const { net, agent, send } = await serveNotes(makeApp)
    const token = await agent.personToken()
    expect((await send({ token })).status).toBe(200)
    expect((await net.personServer.revoke(net.resource, claimsOf(token))).status).toBe(200)
    const refused = await send({ token })
    expect([refused.headers.get('signature-error'), refused.headers.get('aauth-requirement')]).toEqual([
      'error=revoked_jwt',
      'requirement=person-token',
    ])
    expect(await verdictOf(refused)).toEqual([401, 'revoked_jwt'])
  })

  it('answers with an empty 200 without Content-Type, for a known, unknown or repeated token [REV-6, REV-12, R11-246, R11-253, K12, K13]', async () => {
    const { net, agent, send } = await serveNotes(makeApp)
    const token = await agent.personToken()
    await send({ token })
    const seen: unknown[] = []
    for (const revocation of [{ jti: 'unknown', exp }, claimsOf(token), claimsOf(token)]) {
      const response = await net.personServer.revoke(net.resource, revocation)
      const { status, headers } = response
      seen.push([
        status,
        headers.get('content-type'),
        headers.get('content-length'),
        await response.text(),
        headers.get('cache-control'),
      ])
    }
    const answer = [200, null, '0', '', 'no-store']
    expect(seen).toEqual([answer, answer, answer])
  })

  it('revokes a token that is presented only later [REV-6, K16]', async () => {
    const { net, agent, send } = await serveNotes(makeApp)
    const token = await agent.personToken()
    await net.personServer.revoke(net.resource, claimsOf(token))
    expect(await verdictOf(await send({ token }))).toEqual([401, 'revoked_jwt'])
  })

  it('accepts the bodies of drafts 01 to 10 [REV-3]', async () => {
    const { net, agent, send } = await serveNotes(makeApp)
    const [one, other] = [await agent.personToken(), await agent.personToken()]
    await net.personServer.revoke(net.resource, { jti: claimsOf(one).jti })
    await net.personServer.revoke(net.resource, { iss: net.personServer.id, jti: claimsOf(other).jti })
    expect(await verdictOf(await send({ token: one }))).toEqual([401, 'revoked_jwt'])
    expect(await verdictOf(await send({ token: other }))).toEqual([401, 'revoked_jwt'])
  })

  it('refuses content that was changed on the way [SIG-11, R11-242, K05]', async () => {
    const { net } = await serveNotes(makeApp)
    const response = await net.personServer.revoke(
      net.resource,
      { jti: 'x', exp },
      { mistake: 'swapped-content' },
    )
    expect(await verdictOf(response)).toEqual([401, 'invalid_signature'])
  })

  it('refuses content over 4 KiB with 413 and accepts 4 KiB [K14]', async () => {
    const { net } = await serveNotes(makeApp)
    const post = async (length: number): Promise<number> => {
      const body = JSON.stringify({ jti: 'x', exp }).padEnd(length)
      const headers = { 'content-type': 'application/json' }
      const message = await net.personServer.signServer(`${net.resource}${target}`, { headers, body })
      return (await dial(net.servedAt('notes.example') ?? '', message)).status
    }
    expect([await post(4096), await post(4097)]).toEqual([200, 413])
  })

  it('answers unsigned callers with the accepted scheme [REV-2, R11-241, K01]', async () => {
    const { sendUnsigned } = await serveNotes(makeApp)
    const response = await sendUnsigned('POST', target)
    expect(response.headers.get('accept-signature-scheme')).toBe('jwks_uri')
    expect(await verdictOf(response)).toEqual([401, 'invalid_signature'])
  })

  it('answers agents with the accepted scheme [KEY-15, R11-099, K02]', async () => {
    const { send } = await serveNotes(makeApp)
    const response = await send({
      target,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jti: 'x', exp }),
      digest: true,
    })
    expect(response.headers.get('accept-signature-scheme')).toBe('jwks_uri')
    expect(await verdictOf(response)).toEqual([401, 'unsupported_scheme'])
  })

  it.each(['GET', 'PUT', 'OPTIONS', 'DELETE'])('answers %s with 405 [K14]', async (method) => {
    const { sendUnsigned } = await serveNotes(makeApp)
    const { status, headers } = await sendUnsigned(method, target)
    expect([status, headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('answers 500 behind a body parser that has consumed the content, and never 200 [K15]', async () => {
    const { net } = await serveNotes(makeApp, (await import('express')).default.json())
    const response = await net.personServer.revoke(`${net.resource}${target}`, { jti: 'x', exp })
    expect(await verdictOf(response)).toEqual([500, 'server_error'])
  })

  it('answers a flood with 429 and Retry-After [REV-8, R11-252, K10]', async () => {
    const { net } = await serveNotes(makeApp)
    for (let i = 0; i < 100; i++)
      await net.personServer.revoke(`${net.resource}${target}`, { jti: `${i}`, exp })
    const response = await net.personServer.revoke(`${net.resource}${target}`, { jti: 'over', exp })
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await verdictOf(response)).toEqual([429, 'rate_limited'])
  })
})
