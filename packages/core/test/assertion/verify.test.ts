import { issueResourceToken } from '@aauth-guard/core'
import {
  type Assertion,
  AssertionRefusedError,
  createAssertionMemory,
  verifyAssertion,
} from '@aauth-guard/core/assertion'
import { makeSigningKey, notes, published } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import {
  base64url,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  generateSecret,
  type JWK,
  jwtVerify,
} from 'jose'
import { describe, expect, it } from 'vitest'
import { claims, forge, generateKey, issuer, line, listen, makeScene, now } from './scene.ts'

describe('an assertion of the gateway', () => {
  it('tells an upstream who sends the request', async () => {
    const { signer, verify } = await makeScene()
    const world = await makeWorld()
    const caller = await world.call(await world.agent.authToken({ sub: 'anna', scope: 'notes.read' }))
    const assertion = await verify(line(await signer.sign({ ...claims, caller, content: 'verified' })))
    expect(assertion).toEqual({
      iss: issuer,
      aud: 'notes-app',
      jti: expect.any(String),
      iat: now,
      exp: now + 30,
      htm: 'GET',
      htu: `${issuer}/notes?q=%C3%A4`,
      caller: 'verified',
      sub: '["person-token","https://ps.example","anna"]',
      content: 'verified',
      auth: JSON.parse(JSON.stringify(caller)),
    })
  })

  it('tells that the caller is anonymous', async () => {
    const { signer, verify } = await makeScene()
    expect(await verify(line(await signer.sign(claims)))).toMatchObject({ caller: 'anonymous', auth: null })
  })

  it('is read from a message of Node, before a router changed its target', async () => {
    const { signer, options } = await makeScene()
    const origin = await listen(async (message, response) => {
      const { url } = message
      message.url = '/'
      const given = Object.assign(message, { originalUrl: url })
      const assertion: Assertion = await verifyAssertion(given, options)
      response.end(JSON.stringify([assertion.caller, assertion.htm, assertion.htu]))
    })
    const assertion = await signer.sign({ ...claims, method: 'POST' })
    const response = await fetch(`${origin}${claims.target}`, {
      method: 'POST',
      headers: { 'aauth-guard-assertion': assertion },
    })
    expect(await response.json()).toEqual(['anonymous', 'POST', `${issuer}${claims.target}`])
  })

  it('carries the digest that the upstream compares', async () => {
    const { signer, verify } = await makeScene()
    const token = await signer.sign({ ...claims, content: 'upstream', digest: 'sha-256=:AA==:' })
    expect(await verify(line(token))).toMatchObject({ content: 'upstream', digest: 'sha-256=:AA==:' })
  })
})

describe('the header line', () => {
  it('missing answers 403', async () => {
    const { refusal } = await makeScene()
    expect(await refusal(['Accept', '*/*', 'AAuth_Guard_Assertion', 'x'])).toBe('403 missing')
  })

  it('twice answers 403, even with the same assertion', async () => {
    const { signer, refusal } = await makeScene()
    const good = line(await signer.sign(claims))
    expect(await refusal([...good, 'aauth-guard-assertion', good[1] as string])).toBe('403 duplicate')
    expect(await refusal([...good, 'AAUTH-GUARD-ASSERTION', ''])).toBe('403 duplicate')
  })

  it('that holds something else answers 403', async () => {
    const { signer, refusal } = await makeScene()
    const good = await signer.sign(claims)
    const [header = '', payload = '', signature = ''] = good.split('.')
    for (const value of [
      '',
      `${good}, ${good}`,
      `${good},`,
      `${good} `,
      `Bearer ${good}`,
      `${good}.`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}=`,
      `${header}..${signature}`,
      `${header}.${payload}.${signature.slice(0, -2)}`,
      `${header}.${'e'.repeat(40_000)}.${signature}`,
      `${header}.${base64url.encode('{"iss":1,"iss":2}')}.${signature}`,
      `${header}.${base64url.encode('[]')}.${signature}`,
      `${base64url.encode('null')}.${payload}.${signature}`,
    ])
      expect([value, await refusal(line(value))]).toEqual([value, '403 malformed'])
  })
})

describe('every check', () => {
  const changes: readonly (readonly [string, string, Record<string, unknown>, Record<string, unknown>?])[] = [
    ['typ is missing', 'wrong_type', {}, { typ: undefined }],
    ['typ is JWT', 'wrong_type', {}, { typ: 'JWT' }],
    ['typ is written with application/', 'wrong_type', {}, { typ: 'application/aauth-guard-assertion+jwt' }],
    ['typ is that of a resource token', 'wrong_type', {}, { typ: 'aa-resource+jwt' }],
    ['kid is missing', 'malformed', {}, { kid: undefined }],
    ['kid is empty', 'malformed', {}, { kid: '' }],
    ['kid is not a string', 'malformed', {}, { kid: 1 }],
    ['kid is unknown', 'unknown_key', {}, { kid: 'other' }],
    ['crit is there', 'malformed', {}, { crit: ['x'], x: 1 }],
    ['iss is missing', 'wrong_issuer', { iss: undefined }],
    ['iss is another resource', 'wrong_issuer', { iss: 'https://other.example' }],
    ['aud is missing', 'wrong_audience', { aud: undefined }],
    ['aud is another upstream', 'wrong_audience', { aud: 'other-app' }],
    ['aud is a list', 'wrong_audience', { aud: ['notes-app'] }],
    ['htm is missing', 'wrong_method', { htm: undefined }],
    ['htm is another method', 'wrong_method', { htm: 'POST' }],
    ['htm is in lower case', 'wrong_method', { htm: 'get' }],
    ['htu is missing', 'wrong_target', { htu: undefined }],
    ['htu is another path', 'wrong_target', { htu: `${issuer}/admin` }],
    ['htu has no query', 'wrong_target', { htu: `${issuer}/notes` }],
    ['htu is decoded', 'wrong_target', { htu: `${issuer}/notes?q=ä` }],
    ['htu is of another authority', 'wrong_target', { htu: `https://other.example${claims.target}` }],
    ['iat is missing', 'wrong_time', { iat: undefined }],
    ['iat is a string', 'wrong_time', { iat: String(now) }],
    ['iat is in the future', 'wrong_time', { iat: now + 6, exp: now + 30 }],
    ['exp is missing', 'wrong_time', { exp: undefined }],
    ['exp is a string', 'wrong_time', { exp: String(now + 30) }],
    ['exp is over', 'wrong_time', { iat: now - 35, exp: now - 5 }],
    ['it lives for longer than 30 s', 'wrong_time', { exp: now + 31 }],
    ['jti is missing', 'incomplete', { jti: undefined }],
    ['jti is empty', 'incomplete', { jti: '' }],
    ['jti is long', 'incomplete', { jti: 'x'.repeat(129) }],
    ['jti is a number', 'incomplete', { jti: 1 }],
    ['content is missing', 'incomplete', { content: undefined }],
    ['content is unknown', 'incomplete', { content: 'trusted' }],
    ['digest is missing', 'incomplete', { content: 'upstream' }],
    ['digest is there in vain', 'incomplete', { digest: 'sha-256=:AA==:' }],
    ['caller is missing', 'incomplete', { caller: undefined }],
    ['caller is unknown', 'incomplete', { caller: 'trusted' }],
    ['an anonymous caller has an identity', 'incomplete', { auth: { type: 'agent-token' } }],
    ['an anonymous caller has a subject', 'incomplete', { sub: 'x' }],
    ['auth of an anonymous caller is missing', 'incomplete', { auth: undefined }],
    ['auth of a verified caller is null', 'incomplete', { caller: 'verified' }],
    ['auth of a verified caller is missing', 'incomplete', { caller: 'verified', auth: undefined }],
    ['auth is of an unknown type', 'incomplete', { caller: 'verified', auth: { type: 'admin' } }],
    ['auth is a list', 'incomplete', { caller: 'verified', auth: [{ type: 'agent-token' }] }],
    ['sub is not a string', 'incomplete', { caller: 'verified', auth: { type: 'agent-token' }, sub: 1 }],
  ]
  for (const [title, code, payload, header] of changes)
    it(`${title}: 403 ${code}`, async () => {
      const { signer, key, refusal } = await makeScene()
      const good = await signer.sign(claims)
      // Signed by the gateway's own key, so that nothing but the change is wrong.
      expect(await refusal(line(await forge(good, key, payload, header)))).toBe(`403 ${code}`)
      expect(await refusal(line(await forge(good, key)))).toBe('accepted')
    })

  it('the times may differ by five seconds', async () => {
    const { signer, key, refusal } = await makeScene()
    const good = await signer.sign(claims)
    expect(await refusal(line(await forge(good, key, { iat: now + 5, exp: now + 35 })))).toBe('accepted')
    expect(await refusal(line(await forge(good, key, { iat: now - 34, exp: now - 4 })))).toBe('accepted')
  })

  it('a clock that returns no number refuses everything', async () => {
    const { signer, refusal } = await makeScene({ now: () => Number.NaN })
    expect(await refusal(line(await signer.sign(claims)))).toBe('403 wrong_time')
  })

  it('another method, target or audience of the request itself: 403', async () => {
    const { signer, refusal, options } = await makeScene()
    const good = await signer.sign(claims)
    expect(await refusal(line(good), { method: 'HEAD' })).toBe('403 wrong_method')
    expect(await refusal(line(good), { target: '/notes' })).toBe('403 wrong_target')
    const other = { ...options, audience: 'other-app' }
    await expect(
      verifyAssertion({ method: 'GET', target: claims.target, headerLines: line(good) }, other),
    ).rejects.toMatchObject({ code: 'wrong_audience' })
  })

  it('an assertion of another key, or changed after it was signed: 403', async () => {
    const { signer, refusal } = await makeScene()
    const good = await signer.sign(claims)
    expect(await refusal(line(await forge(good, await generateKey())))).toBe('403 wrong_signature')
    const [header = '', payload = '', signature = ''] = good.split('.')
    const changed = JSON.parse(new TextDecoder().decode(base64url.decode(payload)))
    changed.jti = 'another'
    const body = base64url.encode(JSON.stringify(changed))
    expect(await refusal(line(`${header}.${body}.${signature}`))).toBe('403 wrong_signature')
    const zeros = base64url.encode(new Uint8Array(64))
    expect(await refusal(line(`${header}.${payload}.${zeros}`))).toBe('403 wrong_signature')
  })

  it('no algorithm but ES256, even with a key that the gateway publishes', async () => {
    const { signer, published, refusal } = await makeScene()
    const good = await signer.sign(claims)
    const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
    const ed25519 = { ...(await exportJWK(privateKey)), kid: 'ed', alg: 'Ed25519' } as JWK
    const { d: _, ...open } = ed25519
    published.keys = JSON.stringify({ keys: [...JSON.parse(signer.keys).keys, { ...open, use: 'sig' }] })
    const secret = await exportJWK(await generateSecret('HS512', { extractable: true }))
    expect(await refusal(line(await forge(good, ed25519, {}, { kid: 'ed', alg: 'Ed25519' })))).toBe(
      '403 wrong_algorithm',
    )
    // An algorithm whose signature has 64 octets too.
    expect(await refusal(line(await forge(good, secret, {}, { alg: 'HS512' })))).toBe('403 wrong_algorithm')
    const none = base64url.encode('{"typ":"aauth-guard-assertion+jwt","alg":"none","kid":"assertions-1"}')
    expect(await refusal(line(good.replace(/^[^.]*/, none)))).toBe('403 wrong_algorithm')
    // ES256 in the header, and a key of another algorithm behind its kid.
    expect(await refusal(line(await forge(good, await generateKey(), {}, { kid: 'ed' })))).toBe(
      '403 wrong_signature',
    )
  })

  it('a published key of another algorithm verifies nothing, even if it signed the assertion', async () => {
    const { signer, published, refusal } = await makeScene()
    const { privateKey, publicKey } = await generateKeyPair('Ed25519')
    const ed25519 = { ...(await exportJWK(publicKey)), kid: 'ed', alg: 'Ed25519', use: 'sig' }
    published.keys = JSON.stringify({ keys: [...JSON.parse(signer.keys).keys, ed25519] })
    const [, payload = ''] = (await signer.sign(claims)).split('.')
    const header = base64url.encode('{"typ":"aauth-guard-assertion+jwt","alg":"ES256","kid":"ed"}')
    const input = new TextEncoder().encode(`${header}.${payload}`)
    const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey as never, input))
    expect(await refusal(line(`${header}.${payload}.${base64url.encode(signature)}`))).toBe(
      '403 wrong_signature',
    )
  })

  it('a long assertion is not read, even signed by the gateway', async () => {
    const { signer, key, refusal } = await makeScene()
    const long = await forge(await signer.sign(claims), key, { more: 'x'.repeat(25_000) })
    expect(await refusal(line(long))).toBe('403 malformed')
  })

  it('a key in the header is not read', async () => {
    const { signer, refusal } = await makeScene()
    const own = await generateKey()
    const { d: _, ...jwk } = own
    const forged = await forge(await signer.sign(claims), own, {}, { jwk, jku: 'https://evil.example/keys' })
    expect(await refusal(line(forged))).toBe('403 wrong_signature')
  })
})

describe('other tokens of the resource', () => {
  it('a resource token is not an assertion and the reverse, even for a library that reads neither typ nor kid', async () => {
    // The same `kid` in both documents, as two careless configurations could have it.
    const signingKey = await makeSigningKey('ES256', 'assertions-1')
    const world = await makeWorld({ ...notes, signingKey })
    const auth = await world.call(await world.agent.authToken({}))
    const resourceToken = await issueResourceToken(world.resource, auth, { scope: 'notes.read' })
    const { refusal, signer } = await makeScene()
    const assertion = await signer.sign({ ...claims, caller: auth })
    expect(await refusal(line(resourceToken))).toBe('403 wrong_type')

    const forResource = createLocalJWKSet(await published(world.resource, '/aauth/jwks.json'))
    const forUpstreams = createLocalJWKSet(JSON.parse(signer.keys))
    const at = { currentDate: new Date(now * 1000) }
    await expect(jwtVerify(resourceToken, forResource, at)).resolves.toBeDefined()
    await expect(jwtVerify(assertion, forUpstreams, at)).resolves.toBeDefined()
    await expect(jwtVerify(resourceToken, forUpstreams, at)).rejects.toThrow(/signature verification failed/)
    await expect(jwtVerify(assertion, forResource, at)).rejects.toThrow(/signature verification failed/)
  })
})

describe('once', () => {
  it('accepts an assertion once, also at the same time', async () => {
    const once = createAssertionMemory({ now: () => now })
    const { signer, refusal } = await makeScene({ once })
    const good = line(await signer.sign(claims))
    const outcomes = await Promise.all([refusal(good), refusal(good), refusal(good)])
    expect(outcomes.sort()).toEqual(['403 already_used', '403 already_used', 'accepted'])
    expect(await refusal(line(await signer.sign(claims)))).toBe('accepted')
  })

  it('remembers nothing of assertions that are refused', async () => {
    const once = createAssertionMemory({ entries: 1, now: () => now })
    const { signer, refusal } = await makeScene({ once })
    const good = await signer.sign(claims)
    expect(await refusal(line(await forge(good, await generateKey())))).toBe('403 wrong_signature')
    expect(await refusal(line(good))).toBe('accepted')
  })

  it('a full memory answers 503 and forgets nothing, until assertions have expired', async () => {
    const clock = { now }
    const once = createAssertionMemory({ entries: 2, now: () => clock.now })
    const scene = await makeScene({ once, now: () => clock.now })
    const good = line(await scene.signer.sign(claims))
    expect(await scene.refusal(good)).toBe('accepted')
    expect(await scene.refusal(line(await scene.signer.sign(claims)))).toBe('accepted')
    expect(await scene.refusal(line(await scene.signer.sign(claims)))).toBe('503 memory_full')
    expect(await scene.refusal(good)).toBe('403 already_used')
    // As long as the assertion could be accepted, it is known.
    clock.now = now + 34
    expect(await scene.refusal(good)).toBe('403 already_used')
    clock.now = now + 35
    scene.clock.now = clock.now
    expect(await scene.refusal(line(await scene.signer.sign(claims)))).toBe('accepted')
  })

  it('a memory of somebody else that does not answer with true refuses', async () => {
    for (const answer of [false, undefined, 'yes', 1]) {
      const { signer, refusal } = await makeScene({ once: { remember: async () => answer as boolean } })
      expect(await refusal(line(await signer.sign(claims)))).toBe('403 already_used')
    }
  })
})

describe('options', () => {
  it('that are wrong throw a TypeError', async () => {
    const { signer, options } = await makeScene()
    const request = { method: 'GET', target: claims.target, headerLines: line(await signer.sign(claims)) }
    for (const wrong of [
      { ...options, keys: { url: options.keys.url } },
      { ...options, audience: '' },
      { ...options, issuer: undefined },
      { ...options, jwks: 'x' },
    ])
      await expect(verifyAssertion(request, wrong as never)).rejects.toThrow(TypeError)
    expect(() => createAssertionMemory({ entries: 0 })).toThrow(/^"entries" is 0/)
  })

  it('of an error contain nothing but what an operator may see', async () => {
    const { signer, verify } = await makeScene()
    const forged = await forge(await signer.sign(claims), await generateKey())
    const error = await verify(line(forged)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AssertionRefusedError)
    for (const part of forged.split('.')) expect((error as Error).message).not.toContain(part)
  })
})
