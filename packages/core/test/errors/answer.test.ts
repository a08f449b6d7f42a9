import { AAuthError, type AAuthErrorCode, answer, type RefusalDetails } from '@aauth-guard/core'
import { describe, expect, it } from 'vitest'

type SignatureRow = readonly [code: AAuthErrorCode, detail: string]

const signatureErrors: readonly SignatureRow[] = [
  ['invalid_signature', 'The HTTP message signature is missing, malformed, stale or does not verify.'],
  ['invalid_input', 'The signature does not cover every required component.'],
  ['unsupported_scheme', 'The Signature-Key scheme is not accepted here.'],
  ['unsupported_algorithm', 'The algorithm of the key is not accepted here.'],
  ['invalid_key', 'The key is not usable.'],
  ['unknown_key', 'The issuer does not publish the key that signed the token.'],
  ['invalid_jwt', 'The token is not acceptable.'],
  ['expired_jwt', 'The token has expired.'],
  ['revoked_jwt', 'The token has been revoked.'],
  ['issuer_missing', 'The metadata of the issuer does not name an issuer.'],
  ['issuer_mismatch', 'The metadata of the issuer names another issuer.'],
  ['clock_skew', 'A timestamp lies too far in the future.'],
]
const others: readonly (readonly [code: AAuthErrorCode, status: number, detail: string])[] = [
  ['agent_token_required', 401, 'Sign the request with an agent token.'],
  ['person_token_required', 401, 'Sign the request with a person token.'],
  ['auth_token_required', 401, 'Sign the request with an auth token that grants this access.'],
  ['invalid_request', 400, 'The request is malformed or ambiguous.'],
  ['content_too_large', 413, 'The content is too large to be checked.'],
  ['rate_limited', 429, 'Too many requests. Try again later.'],
  ['access_denied', 403, 'Access is denied.'],
  ['mission_required', 403, 'This access needs a token that carries a mission.'],
  ['mission_mismatch', 403, 'The mission of the token is not the one this access belongs to.'],
  ['class_mismatch', 403, 'The agent provider is not the one this access belongs to.'],
  ['class_unverifiable', 403, 'The token does not say which agent provider is acting.'],
  ['server_error', 503, 'The request could not be decided. Try again later.'],
]
const accepts: Readonly<Partial<Record<AAuthErrorCode, Record<string, string>>>> = {
  unsupported_scheme: { 'accept-signature-scheme': 'jwt' },
  unsupported_algorithm: { 'accept-signature-alg': 'Ed25519, ES256' },
}
const always = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }

/** All details that an error can have, so that a status shows which of them it leaves out. */
const everything: RefusalDetails = {
  hint: 'secret',
  requirement: 'auth-token',
  resourceToken: 'a.b.c',
  advertise: true,
  requiredInput: ['@method'],
  retryAfter: 7,
  cause: new Error('secret'),
}

describe('the answer to each code', () => {
  it.each(signatureErrors)(
    '%s is a 401 with Signature-Error and a problem of its own type [ERR-1, ERR-2, ERR-4, R11-105, R11-109, R11-110]',
    async (code, detail) => {
      const { status, headers, body } = await answer(new AAuthError(code))
      expect({ status, headers, body: JSON.parse(body) }).toEqual({
        status: 401,
        headers: { ...always, 'signature-error': `error=${code}`, ...accepts[code] },
        body: {
          type: `urn:ietf:params:sig-error:${code}`,
          status: 401,
          error: code,
          detail,
          error_description: detail,
        },
      })
    },
  )

  it.each(others)(
    '%s is a %i without Signature-Error [ERR-1, R11-106, R11-235, R11-237]',
    async (code, status, detail) => {
      const { headers, body, ...rest } = await answer(new AAuthError(code))
      expect({ ...rest, headers, body: JSON.parse(body) }).toEqual({
        status,
        headers: always,
        body: { status, error: code, detail, error_description: detail },
      })
    },
  )

  const ended = {
    status: 403,
    error: 'mission_terminated',
    detail: 'The mission of the token was terminated.',
    error_description: 'The mission of the token was terminated.',
    mission_status: 'terminated',
  }
  it.each([
    ['with the reason if it is known', { terminationReason: 'revoked' }, { termination_reason: 'revoked' }],
    ['without a reason if none is known', {}, {}],
  ])(
    'mission_terminated is a 403 in the terms of person servers, %s [MISS-9, ERR-3]',
    async (_, details, more) => {
      const { status, headers, body } = await answer(new AAuthError('mission_terminated', details))
      expect([status, headers, JSON.parse(body)]).toEqual([403, always, { ...ended, ...more }])
    },
  )

  it('a termination reason is sent with no other code', async () => {
    const { body } = await answer(new AAuthError('access_denied', { terminationReason: 'revoked' }))
    expect(JSON.parse(body).termination_reason).toBeUndefined()
  })

  it('an inherited property is never a termination reason [Q01]', async () => {
    const { body } = await answer(
      new AAuthError('mission_terminated', Object.create({ terminationReason: 'revoked' })),
    )
    expect(JSON.parse(body).termination_reason).toBeUndefined()
  })

  it('an unsigned request is answered with exactly the accepted algorithms and schemes [ERR-5, R11-101]', async () => {
    const { headers } = await answer(new AAuthError('invalid_signature', { advertise: true }))
    expect(headers).toEqual({
      ...always,
      'signature-error': 'error=invalid_signature',
      'accept-signature-scheme': 'jwt',
      'accept-signature-alg': 'Ed25519, ES256',
    })
  })

  it.each(others.filter(([, status]) => status === 403))(
    '%s has none of the protocol headers, whatever details the error has [ERR-3, R11-106, R11-151, P06]',
    async (code) => {
      expect((await answer(new AAuthError(code, everything))).headers).toEqual({
        ...always,
        'retry-after': '7',
      })
    },
  )

  it.each(others.filter(([, status]) => status !== 401))(
    '%s has no AAuth-Requirement, whatever details the error has [R11-151]',
    async (code) => {
      expect((await answer(new AAuthError(code, everything))).headers).not.toHaveProperty('aauth-requirement')
    },
  )

  it.each([
    [0, '1'],
    [0.2, '1'],
    [1, '1'],
    [1.2, '2'],
    [60, '60'],
  ])('rounds a wait of %d s up to Retry-After: %s [ERR-7]', async (retryAfter, expected) => {
    expect((await answer(new AAuthError('server_error', { retryAfter }))).headers['retry-after']).toBe(
      expected,
    )
  })

  it('the answer contains neither hint nor cause [P01, P07]', async () => {
    for (const [code] of [...signatureErrors, ...others]) {
      expect(JSON.stringify(await answer(new AAuthError(code, everything)))).not.toContain('secret')
    }
  })
})
