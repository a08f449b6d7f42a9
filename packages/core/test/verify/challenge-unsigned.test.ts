import {
  type AnyRequirement,
  answer,
  authorize,
  type Generation,
  isAAuthError,
  type SignedRequest,
} from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const unsigned: SignedRequest = { method: 'GET', target: '/notes', header: () => [] }

async function challenge(generations: readonly Generation[], requirement: AnyRequirement): Promise<unknown> {
  const { resource } = await makeWorld({ generations })
  const refusal = await authorize(resource, unsigned, requirement as never).catch((error: unknown) => error)
  if (!isAAuthError(refusal)) throw refusal
  return answer(refusal)
}

describe('a request without any credential', () => {
  it.each([
    ['both', ['auth-token'], 'agent-token'],
    ['both', ['agent-token'], 'agent-token'],
    ['both', ['person-token'], 'person-token'],
    ['both', ['person-token', 'auth-token'], 'agent-token'],
    ['both', ['agent-token', 'person-token'], 'agent-token'],
    ['mission-header', ['auth-token'], 'agent-token'],
    ['mission-header', ['agent-token'], 'agent-token'],
    ['person-token', ['auth-token'], 'person-token'],
    ['person-token', ['person-token'], 'person-token'],
    ['person-token', ['person-token', 'auth-token'], 'person-token'],
    ['person-token', ['agent-token'], 'agent-token'],
    ['person-token', ['agent-token', 'auth-token'], 'agent-token'],
  ] as const)(
    'with %s, where %j is accepted, is challenged for an %s and told what is accepted [SIG-2, CHAL-1, CHAL-2, CHAL-15, CHAL-16, R11-081, R11-101, R11-149, R11-150, ERR-5, M13]',
    async (generation, accept, asked) => {
      const generations: Generation[] =
        generation === 'both' ? ['mission-header', 'person-token'] : [generation]
      const error = 'invalid_signature'
      const detail = 'The HTTP message signature is missing, malformed, stale or does not verify.'
      expect(await challenge(generations, { accept })).toEqual({
        status: 401,
        headers: {
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
          'signature-error': 'error=invalid_signature',
          'accept-signature-scheme': 'jwt',
          'accept-signature-alg': 'Ed25519, ES256',
          'aauth-requirement': `requirement=${asked}`,
          link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
        },
        body: JSON.stringify({
          type: `urn:ietf:params:sig-error:${error}`,
          status: 401,
          error,
          detail,
          error_description: detail,
        }),
      })
    },
  )
})

describe('an optional guard', () => {
  const header = (name: string, lines: readonly string[]) => (asked: string) => (asked === name ? lines : [])

  it('accepts a request without any credential, without an identity', async () => {
    const { resource } = await makeWorld()
    expect(await authorize(resource, unsigned, { optional: true })).toBeUndefined()
  })

  it.each(['signature', 'signature-input', 'signature-key'])(
    'refuses an empty %s [SIG-1, A18]',
    async (name) => {
      const { resource } = await makeWorld()
      const request = { ...unsigned, header: header(name, ['']) }
      await expect(authorize(resource, request, { optional: true })).rejects.toMatchObject({
        code: 'invalid_signature',
        status: 401,
      })
    },
  )

  it('refuses an invalid credential and challenges one of another kind', async () => {
    const world = await makeWorld()
    const requirement = { optional: true, accept: 'person-token' } as const
    const stale = await world.refusal(await world.agent.personToken(), { requirement, mistake: 'stale' })
    const kind = await world.refusal(await world.agent.agentToken(), { requirement })
    expect([stale.code, kind.code]).toEqual(['invalid_signature', 'person_token_required'])
  })

  it('yields the identity of a valid credential', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken({ scope: 'access' })
    expect((await world.call(token, { requirement: { optional: true } })).sub).toBe('person-1')
  })
})
