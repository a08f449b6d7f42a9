import { answerRoutes } from '@aauth-guard/core/adapter'
import { claimsOf, endpoint, makeRevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { type ServerMistake, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it, vi } from 'vitest'
import { stateOf } from '../../../src/resource/state-of.ts'

const rows: readonly [ServerMistake, number, string, string, ('jwks_uri' | undefined)?][] = [
  ['wrong-key', 401, 'invalid_signature', '[REV-2, R11-241]'],
  ['flip-signature', 401, 'invalid_signature', '[REV-2]'],
  ['stale', 401, 'invalid_signature', '[K19]'],
  ['other-authority', 401, 'invalid_signature', '[REV-2]'],
  ['omit-method', 401, 'invalid_input', '[R11-089]'],
  ['omit-content-digest', 401, 'invalid_input', '[SIG-11, R11-089, R11-242, K05]'],
  ['omit-content-type', 401, 'invalid_input', '[SIG-11, R11-089, R11-242, K05]'],
  ['swapped-content', 401, 'invalid_signature', '[SIG-11, R11-242, K05]'],
  ['unknown-digest', 401, 'invalid_signature', '[SIG-11, R11-242]'],
  ['jwt-scheme', 401, 'unsupported_scheme', '[KEY-15, R11-099, R11-241, K02]', 'jwks_uri'],
  ['hwk-scheme', 401, 'unsupported_scheme', '[KEY-15, R11-099]', 'jwks_uri'],
  ['no-id', 401, 'invalid_key', '[KEY-15, K06]'],
  ['no-dwk', 401, 'invalid_key', '[KEY-15, K06]'],
  ['no-kid', 401, 'invalid_key', '[KEY-15, K06]'],
  ['empty-kid', 401, 'invalid_key', '[KEY-15, K06]'],
  ['long-kid', 401, 'invalid_key', '[KEY-15, K06]'],
  ['number-kid', 401, 'invalid_key', '[KEY-15, K06]'],
  ['id-with-path', 401, 'invalid_key', '[KEY-15, K06]'],
  ['id-with-port', 401, 'invalid_key', '[KEY-15, K06]'],
  ['id-of-address', 401, 'invalid_key', '[KEY-15, K06]'],
  ['http-id', 401, 'invalid_key', '[KEY-15, K06]'],
  ['agent-document', 403, 'unsupported_iss', '[REV-5, R11-251, R11-261, K07]'],
  ['unknown-document', 403, 'unsupported_iss', '[REV-5, R11-251, R11-261]'],
  ['unpublished-kid', 401, 'unknown_key', '[REV-2]'],
]

/** Refused because of the request itself, before anything is fetched. */
const beforeFetch: readonly ServerMistake[] = [
  ...(['stale', 'omit-content-digest', 'omit-content-type', 'jwt-scheme', 'no-id', 'no-dwk'] as const),
  ...(['no-kid', 'id-with-path', 'id-with-port', 'id-of-address', 'http-id', 'agent-document'] as const),
]

describe('the revocation endpoint', () => {
  it.each(rows)('refuses %s with %d %s %s', async (mistake, status, code, _, scheme) => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    const answer = await world.post(claimsOf(token), { mistake })
    expect(told(answer)).toEqual([status, code, scheme])
    expect(await world.verdict(token)).toBe('accepted')
  })

  it.each(beforeFetch)('fetches nothing for %s [K06]', async (mistake) => {
    const world = await makeRevocationWorld()
    await world.post({ jti: 'x', exp: now + 100 }, { mistake })
    expect(world.net.fetches).toEqual([])
  })

  it('lists everything that must be covered [SIG-11, R11-089]', async () => {
    const world = await makeRevocationWorld()
    const answer = await world.post({ jti: 'x', exp: now + 100 }, { mistake: 'omit-content-digest' })
    expect(answer.headers['signature-error']).toBe(
      'error=invalid_input, required_input=("@method" "@authority" "@path" "signature-key" "content-digest" "content-type")',
    )
  })

  it.each([
    ['content', '{"jti":"x"}'],
    ['no content', ''],
  ])(
    'requires coverage of content-type even if there is none, with %s [SIG-11, R11-089]',
    async (_, content) => {
      const world = await makeRevocationWorld()
      const answer = await world.post(content, { request: { headers: {} } })
      expect(told(answer)).toEqual([401, 'invalid_input', undefined])
    },
  )

  it('answers an unsigned caller with the accepted scheme, and records nothing [REV-2, R11-241, K01]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    const unsigned = (message: Parameters<typeof toSignedRequest>[0]) => ({
      ...message,
      headers: message.headers.filter(([name]) => !name.startsWith('signature')),
    })
    const answer = await world.post(claimsOf(token), { onTheWay: unsigned })
    expect(told(answer)).toEqual([401, 'invalid_signature', 'jwks_uri'])
    expect(answer.headers['accept-signature-alg']).toBe('Ed25519, ES256')
    expect(await world.verdict(token)).toBe('accepted')
  })

  it('refuses an agent that signs everything required with its token [KEY-15, R11-099, K02]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    const { jti, exp } = claimsOf(token)
    const message = await world.agent.sign(
      endpoint,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jti, exp }),
      },
      { token, digest: true },
    )
    expect(told(await world.route(toSignedRequest(message)))).toEqual([401, 'unsupported_scheme', 'jwks_uri'])
  })

  it('is the only one that accepts signatures of servers [KEY-2, K03]', async () => {
    const world = await makeRevocationWorld()
    const message = await world.net.personServer.signServer(
      'https://notes.example/aauth/authorize',
      { headers: { 'content-type': 'application/json' }, body: '{"scope":"access"}' },
      {},
    )
    expect(told(await world.route(toSignedRequest(message)))).toEqual([401, 'unsupported_scheme', 'jwt'])
  })

  it('refuses an agent provider, even with the document of another role [REV-5, R11-261, K07]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.agentToken()
    expect(told(await world.post(claimsOf(token), { by: world.net.agentProvider }))).toEqual([
      403,
      'unsupported_iss',
      undefined,
    ])
  })

  it('refuses a server that trust excludes, before anything is fetched [REV-5, R11-134, R11-251, K11]', async () => {
    const world = await makeRevocationWorld({ trust: { personServers: ['https://ps.example'] } })
    const other = await world.net.issuer('person-server', 'https://other-ps.example')
    const answer = await world.post({ jti: 'x', exp: now + 100 }, { by: other })
    expect(told(answer)).toEqual([403, 'unsupported_iss', undefined])
    expect(world.net.fetches).toEqual([])
  })

  it('refuses an access server that is not the one of the resource [REV-5, R11-251]', async () => {
    const world = await makeRevocationWorld()
    const answer = await world.post({ jti: 'x', exp: now + 100 }, { by: world.net.accessServer })
    expect(told(answer)).toEqual([403, 'unsupported_iss', undefined])
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('answers %s with 405 [K14]', async (method) => {
    const world = await makeRevocationWorld()
    const answer = await world.post({ jti: 'x', exp: now + 100 }, { request: { method } })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
  })

  it('refuses every caller on a platform that has failed its self-test', async () => {
    const world = await makeRevocationWorld()
    vi.spyOn(stateOf(world.resource), 'selfTested').mockRejectedValue(new Error('broken'))
    expect(told(await world.post({ jti: 'x', exp: now + 100 }))).toEqual([500, 'server_error', undefined])
  })

  it('reads no content before the caller is verified [K14]', async () => {
    const world = await makeRevocationWorld()
    let read = false
    const message = await world.net.personServer.signServer(
      endpoint,
      { headers: { 'content-type': 'application/json' }, body: '{"jti":"x"}' },
      { mistake: 'wrong-key' },
    )
    await answerRoutes(world.resource, toSignedRequest(message), async () => {
      read = true
      return new Uint8Array()
    })
    expect(read).toBe(false)
  })
})
