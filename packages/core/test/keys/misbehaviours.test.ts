import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import type { Misbehaviour } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

interface Verdict {
  readonly rule: string
  readonly code: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Permanent: the issuer does not publish what it must. */
const refused = (code: string, rule: string): Verdict => ({
  rule: `refuses ${rule}`,
  code,
  status: 401,
  headers: { 'cache-control': 'no-store', 'signature-error': `error=${code}` },
})
/** Temporary and not a fault of the caller, so there is no Signature-Error. */
const unavailable = (rule: string): Verdict => ({
  rule: `answers 503 and Retry-After for ${rule}`,
  code: 'server_error',
  status: 503,
  headers: { 'cache-control': 'no-store', 'retry-after': '5' },
})
const accepted = (rule: string): Verdict => ({
  rule: `accepts ${rule}`,
  code: 'accepted',
  status: 200,
  headers: {},
})

/** Every misbehaviour of the testing kit has its row: the type leaves none out. */
const verdicts: Readonly<Record<Misbehaviour, Verdict>> = {
  redirect: refused('invalid_jwt', 'metadata that redirects [I07, JWKS-4, R11-128]'),
  'not-found': refused('invalid_jwt', 'an issuer without metadata'),
  'server-error': unavailable('an issuer in trouble [R11-130]'),
  hang: unavailable('an issuer that never answers [I12, JWKS-4, R11-128, R11-130]'),
  unreachable: unavailable('an issuer that cannot be reached [R11-130]'),
  html: refused('invalid_jwt', 'metadata that is a web page [I13]'),
  'not-json': refused('invalid_jwt', 'metadata that is not JSON [I13]'),
  'json-array': refused('invalid_jwt', 'metadata that is an array'),
  'duplicate-members': refused('invalid_jwt', 'metadata with a member twice [I13]'),
  huge: refused('invalid_jwt', 'metadata of 300 kB [I11, R11-128]'),
  endless: refused('invalid_jwt', 'metadata without end [I11, JWKS-4, R11-128]'),
  'content-encoding': refused('invalid_jwt', 'metadata in a coding that was not asked for [I11]'),
  'no-issuer': refused('issuer_missing', 'metadata that does not name an issuer [JWT-9, R11-027, I08]'),
  'other-issuer': refused('issuer_mismatch', 'metadata of another issuer [JWT-9, R11-028, I08]'),
  'issuer-with-slash': refused('issuer_mismatch', 'an issuer with a slash too many [JWT-9, R11-028, I08]'),
  'no-jwks-uri': refused('invalid_jwt', 'metadata without jwks_uri [R11-129, I10]'),
  'foreign-jwks-uri': refused('invalid_jwt', 'a jwks_uri on another host [I06, JWKS-4, R11-128]'),
  'http-jwks-uri': refused('invalid_jwt', 'a jwks_uri of plain http [I05, JWKS-4, R11-128]'),
  'no-keys': refused('invalid_jwt', 'a JWKS without keys [I14]'),
  'empty-keys': refused('unknown_key', 'a token whose issuer publishes no key [JWT-10, R11-025]'),
  'duplicate-kid': refused('unknown_key', 'two keys under one kid [I15]'),
  'no-alg': refused('invalid_jwt', 'an issuer key without alg [JWT-12, JWKS-6, R11-120, F06]'),
  'polymorphic-alg': refused('invalid_jwt', 'an issuer key of alg EdDSA [JWT-12, R11-120]'),
  'private-key': refused('invalid_jwt', 'an issuer that publishes its private key [F06]'),
  'encryption-key': refused('invalid_jwt', 'an issuer key for encryption [F06]'),
  'small-order-key': refused('invalid_jwt', 'an issuer key of small order [H01]'),
  'unusable-siblings': accepted('a key beside members that are not usable keys [JWKS-5, R11-121, I14, I16]'),
  'cache-forever': accepted('keys that may be cached for a year'),
  'no-store': accepted('keys that should not be stored'),
}

describe('an unknown issuer', () => {
  it.each(Object.entries(verdicts).map(([name, verdict]) => ({ name: name as Misbehaviour, ...verdict })))(
    '$rule',
    async ({ name, rule: _, ...expected }) => {
      const { agent, net, call } = await makeWorld(name === 'hang' ? { limits: { fetchDeadline: 50 } } : {})
      net.personServer.misbehave(name)
      const outcome = await call(await agent.personToken(), { requirement: personRoute }).then(
        () => ({ code: 'accepted', status: 200, headers: {} }),
        ({ code, status, headers }) => ({ code, status, headers }),
      )
      expect(outcome).toEqual(expected)
    },
  )

  it('has its two documents fetched and nothing they point at [I07, I06]', async () => {
    const { agent, net, refusal } = await makeWorld()
    for (const name of ['redirect', 'foreign-jwks-uri', 'http-jwks-uri'] as const) {
      net.personServer.misbehave(name)
      await refusal(await agent.personToken(), { requirement: personRoute })
      net.clock.advance(60)
    }
    expect(net.fetches.map(({ url }) => url)).toEqual([
      'https://ps.example/.well-known/aauth-person.json',
      'https://ps.example/.well-known/aauth-person.json',
      'https://ps.example/.well-known/aauth-person.json',
    ])
  })
})
