import { type AAuthError, answer, authorize } from '@aauth-guard/core'
import { claimsOf, makeRevocationWorld } from '@aauth-guard/fixtures/revoking'
import type { World } from '@aauth-guard/fixtures/world'
import { type Generation, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { revocationsWith } from '../../stores/revocations-with.ts'

const everyKind = [
  ['person token', undefined, 'requirement=person-token', '[REV-9, PERS-12, R11-254, R11-255]'],
  ['agent token', undefined, undefined, '[REV-9, R11-255]'],
  ['auth token', 'person-token', 'requirement=person-token', '[REV-9, R11-256, R11-257, K17]'],
  ['auth token', 'mission-header', 'requirement=agent-token', '[REV-9, R11-257, K17]'],
] as const

function mint({ agent }: World, kind: string, generation: Generation | undefined): Promise<string> {
  if (kind === 'person token') return agent.personToken()
  if (kind === 'agent token') return agent.agentToken()
  return agent.authToken({ scope: 'access', ...(generation && { generation }) })
}

/** On a route that would accept the token, and on one that would challenge it. */
const routes = [
  ['that takes it', { accept: ['agent-token', 'person-token'] }],
  ['that wants more', { scope: 'access' }],
] as const

describe.each(routes)('a revoked token on a route %s', (_, requirement) => {
  it.each(everyKind)('is refused as revoked: %s (%s) with %s %s', async (kind, generation, expected) => {
    const world = await makeRevocationWorld()
    const token = await mint(world, kind, generation)
    await world.resource.revoke(claimsOf(token))
    const { code, status, headers } = await world.refusal(token, { requirement })
    expect([code, status, headers['signature-error']]).toEqual(['revoked_jwt', 401, 'error=revoked_jwt'])
    expect(headers['aauth-requirement']).toBe(expected)
  })
})

describe('a revoked token', () => {
  it('is refused with a body that does not name it', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    await world.resource.revoke(claimsOf(token))
    const refusal: AAuthError = await world.refusal(token)
    expect(JSON.parse((await answer(refusal)).body)).toEqual({
      type: 'urn:ietf:params:sig-error:revoked_jwt',
      status: 401,
      error: 'revoked_jwt',
      detail: 'The token has been revoked.',
      error_description: 'The token has been revoked.',
    })
  })

  it.each([
    ['person token', undefined, 'requirement=person-token', '[R11-254, RT-9, PERS-12, K18]'],
    ['agent token', undefined, undefined, '[RT-9]'],
    ['auth token', 'person-token', 'requirement=person-token', '[R11-257]'],
  ] as const)(
    'does not lead to a resource token at the authorization endpoint: %s (%s), %s %s',
    async (kind, generation, expected, _ids) => {
      const world = await makeRevocationWorld({ scopes: { access: 'Access' } })
      const token = await mint(world, kind, generation)
      await world.resource.revoke(claimsOf(token))
      const message = await world.agent.sign(
        'https://notes.example/aauth/authorize',
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"scope":"access"}' },
        { token, digest: true },
      )
      const { status, headers, body } = await world.route(toSignedRequest(message))
      expect([
        status,
        headers['signature-error'],
        headers['aauth-requirement'],
        body.includes('resource_token'),
      ]).toEqual([401, 'error=revoked_jwt', expected, false])
    },
  )

  it('is refused by the next guard of a request that passed one before [JWT-19, R11-255]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    const message = await world.agent.sign('https://notes.example/notes', {}, { token })
    const request = toSignedRequest(message)
    const guard = () => authorize(world.resource, request, { accept: 'person-token' })
    await guard()
    await world.resource.revoke(claimsOf(token))
    await expect(guard()).rejects.toMatchObject({ code: 'revoked_jwt' })
  })

  it('is reported as revoked only to a caller that has proved possession of its key [JWT-19]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    await world.resource.revoke(claimsOf(token))
    const { code } = await world.refusal(token, { mistake: 'wrong-key' })
    expect(code).toBe('invalid_signature')
  })
})

describe('resource.revoke()', () => {
  it('makes the token refused from when its promise resolves [K21, R11-255]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    expect(await world.verdict(token)).toBe('accepted')
    const done = world.resource.revoke(claimsOf(token))
    expect(done).toBeInstanceOf(Promise)
    await done
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it('rounds a fractional exp up', async () => {
    let kept = 0
    const add = ({ exp }: { exp: number }) => {
      kept = exp
      return 'recorded' as const
    }
    const { resource } = await makeRevocationWorld({ stores: { revocations: revocationsWith({ add }) } })
    await resource.revoke({ iss: 'https://ps.example', jti: 'x', exp: 1_790_000_000.5 })
    expect(kept).toBe(1_790_000_001)
  })

  it.each([
    ['no exp', { iss: 'https://ps.example', jti: 'x' }],
    ['an exp that is not a number', { iss: 'https://ps.example', jti: 'x', exp: Number.NaN }],
    ['an infinite exp', { iss: 'https://ps.example', jti: 'x', exp: Number.POSITIVE_INFINITY }],
    ['no iss', { jti: 'x', exp: 1 }],
    ['no jti', { iss: 'https://ps.example', exp: 1 }],
  ])('rejects a token with %s instead of dropping it', async (_, token) => {
    const { resource } = await makeRevocationWorld()
    await expect(resource.revoke(token as never)).rejects.toThrow(TypeError)
  })
})
