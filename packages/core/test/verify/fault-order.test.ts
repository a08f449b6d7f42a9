import { type AAuthError, type AnyRequirement, authorize, isAAuthError } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { s256 } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import {
  type AgentMistake,
  agentMistakes,
  type Draft,
  signDraft,
  toSignedRequest,
} from '@aauth-guard/testing'
import { beforeEach, describe, expect, it } from 'vitest'

const names = ['@method', '@authority', '@path', 'signature-key', 'aauth-mission']
const malformed = ['aauth-mission', 'approver=7'] as const

let world: World
let token: string
beforeEach(async () => {
  const scopes = { read: 'Read', access: 'Access' }
  world = await makeWorld({ scopes, defaultScope: 'access', signingKey, trust: listed })
  token = await world.agent.authToken({ scope: 'access' })
})

interface Faults {
  readonly token?: string
  readonly mistakes?: readonly AgentMistake[]
  readonly method?: string
  readonly params?: Draft['params']
  readonly headers?: readonly (readonly [string, string])[]
  readonly requirement?: AnyRequirement
}

/** The code that is reported for several faults in one request. */
async function winner(faults: Faults): Promise<string> {
  const { mistakes = [], headers = [], method = 'GET', params = {}, requirement = {} } = faults
  let draft: Draft = {
    method,
    authority: 'notes.example',
    target: '/notes',
    headers,
    label: 'sig',
    components: names
      .filter((name) => name !== 'aauth-mission' || headers.includes(malformed))
      .map((name) => ({ name })),
    params: { created: now, ...params },
    scheme: 'jwt',
    schemeParams: { jwt: faults.token ?? token },
    key: world.agent.key,
  }
  for (const name of mistakes) draft = (await agentMistakes[name].draft?.(draft, now)) ?? draft
  let message = await signDraft(draft)
  for (const name of mistakes) message = agentMistakes[name].wire?.(message) ?? message
  const refusal = await authorize(world.resource, toSignedRequest(message), requirement as never).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!isAAuthError(refusal)) throw refusal ?? new Error('the request was accepted')
  return (refusal as AAuthError).code
}

const rogue = 'https://rogue.example'
const twoHosts = ['host', 'notes.example'] as const

describe('before any cryptography the guard [R11-105]', () => {
  it.each([
    ['an ambiguous request before an incomplete signature', 'invalid_request', ['no-signature'], [twoHosts]],
    [
      'an incomplete signature before its coverage',
      'invalid_signature',
      ['omit-path', 'no-signature-key'],
      [],
    ],
    ['coverage before freshness', 'invalid_input', ['omit-path', 'stale'], []],
    ['coverage before the scheme', 'invalid_input', ['omit-path', 'hwk-scheme'], []],
    ['freshness before the scheme', 'clock_skew', ['future', 'hwk-scheme'], []],
    ['the scheme before the signature', 'unsupported_scheme', ['hwk-scheme', 'wrong-key'], []],
    ['a missing token before the signature', 'invalid_jwt', ['no-token', 'wrong-key'], []],
    ['an uncovered mission before the token', 'invalid_input', ['no-token'], [['aauth-mission', 'x']]],
  ] as const)('reports %s', async (_, code, mistakes, headers) => {
    expect(await winner({ mistakes, headers })).toBe(code)
  })
})

describe('while it verifies the token the guard', () => {
  it('reports an expired token before an excluded issuer', async () => {
    const expired = await world.agent.authToken({ lifetime: 0, claims: { iss: rogue, ps: rogue } })
    const trust = { personServers: ['https://ps.example'] }
    expect(await winner({ token: expired, requirement: { trust } })).toBe('expired_jwt')
  })

  it('reports an excluded issuer before the key in its token [AUTH-2]', async () => {
    const { jwk } = world.agent.key
    const weak = await world.agent.authToken({ claims: { cnf: { jwk: { ...jwk, alg: 'ES384' } } } })
    const trust = { agentProviders: 'any' as const }
    expect([await winner({ token: weak, requirement: { trust } }), await winner({ token: weak })]).toEqual([
      'invalid_jwt',
      'unsupported_algorithm',
    ])
  })

  it('reports a forged token before an invalid signature, once the keys of the issuer are cached', async () => {
    await world.call(token)
    const forged = await world.agent.authToken({ key: world.agent.key, header: { kid: 'key-1' } })
    expect(await winner({ token: forged, mistakes: ['wrong-key'] })).toBe('invalid_jwt')
  })

  it('reports an invalid signature before a forged token when nothing was fetched', async () => {
    const forged = await world.agent.authToken({ key: world.agent.key, header: { kid: 'key-1' } })
    expect(await winner({ token: forged, mistakes: ['wrong-key'] })).toBe('invalid_signature')
    expect(world.net.fetches).toEqual([])
  })

  it('reports an invalid signature before a revoked token, about which it then discloses nothing [R11-045]', async () => {
    const { iss, jti, exp } = await world.call(token)
    await world.resource.revoke({ iss, jti, exp })
    expect([await winner({ mistakes: ['wrong-key'] }), await winner({})]).toEqual([
      'invalid_signature',
      'revoked_jwt',
    ])
  })
})

describe('after the signature has verified the guard', () => {
  it('reports a replay before a malformed mission', async () => {
    const repeated = { method: 'POST', headers: [malformed], params: { nonce: 'n' } }
    expect([await winner(repeated), await winner(repeated)]).toEqual(['invalid_request', 'invalid_signature'])
  })

  it('reports a revoked token before a replay', async () => {
    const repeated = { method: 'POST', headers: [malformed], params: { nonce: 'n' } }
    expect(await winner(repeated)).toBe('invalid_request')
    const { iss, jti, exp } = await world.call(token)
    await world.resource.revoke({ iss, jti, exp })
    expect(await winner(repeated)).toBe('revoked_jwt')
  })

  it('reports a malformed mission before a token of another kind', async () => {
    const agentToken = await world.agent.agentToken()
    expect(await winner({ token: agentToken, headers: [malformed] })).toBe('invalid_request')
  })

  it('reports another kind before a missing mission', async () => {
    const requirement = { accept: 'person-token', mission: 'required' } as const
    expect(await winner({ token: await world.agent.agentToken(), requirement })).toBe('person_token_required')
  })

  it.each(['mission-header', 'person-token'] as const)(
    'reports a missing mission before a missing scope when a resource token could not help, %s [MISS-10]',
    async (generation) => {
      const auth = await world.agent.authToken({ scope: 'access', generation })
      const requirement = { scope: 'read', mission: 'required' } as const
      expect(await winner({ token: auth, requirement })).toBe('mission_required')
    },
  )

  it('reports a missing mission before another kind when a resource token could not help [MISS-10]', async () => {
    const person = await world.agent.personToken()
    expect(await winner({ token: person, requirement: { mission: 'required' } })).toBe('mission_required')
  })

  it('reports a missing mission before a missing person when a resource token could not help [MISS-10]', async () => {
    const claims = { sub: undefined }
    const old = await world.agent.authToken({ scope: 'access', generation: 'mission-header', claims })
    const requirement = { mission: 'required', person: 'required' } as const
    expect(await winner({ token: old, requirement })).toBe('mission_required')
  })

  it('reports another approver before another kind [MISS-10]', async () => {
    const person = await world.agent.personToken({ mission: s256 })
    const requirement = { mission: { approver: 'https://other.example' } }
    expect(await winner({ token: person, requirement })).toBe('mission_mismatch')
  })

  it('reports another kind before a missing mission when another token could have one [MISS-10]', async () => {
    const old = await world.agent.authToken({ scope: 'access', generation: 'mission-header' })
    const requirement = { accept: 'person-token', mission: 'required' } as const
    expect(await winner({ token: old, requirement })).toBe('person_token_required')
  })

  it('reports a missing mission before another class', async () => {
    const old = await world.agent.authToken({ scope: 'access', generation: 'mission-header' })
    const requirement = { class: { provider: 'https://other.example' } }
    expect(await winner({ token: old, requirement })).toBe('mission_required')
  })

  it.each([
    [
      'another approver before another class',
      'mission_mismatch',
      { mission: { approver: 'https://other.example' } },
    ],
    ['another class before another account', 'class_mismatch', {}],
    ['another account before the check', 'access_denied', { class: { provider: 'https://agent.example' } }],
  ] as const)('reports %s', async (_, code, requirement) => {
    const old = await world.agent.authToken({ scope: 'access', mission: s256, generation: 'mission-header' })
    const check = (): never => {
      throw new Error('check ran')
    }
    const everythingElse = { class: { provider: 'https://other.example' }, account: 'somebody', check }
    expect(await winner({ token: old, requirement: { ...everythingElse, ...requirement } })).toBe(code)
  })
})
