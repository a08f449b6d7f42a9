import type { Generation } from '@aauth-guard/core'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import type { Agent } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const ps = 'https://ps.example'
const ap = 'https://agent.example'
const claims = { jti: 'withdrawn' }
const exp = now + 3600

type Mint = (agent: Agent) => Promise<string>
const agentToken: Mint = (agent) => agent.agentToken({ claims })
const personToken: Mint = (agent) => agent.personToken({ claims })
const authToken: Mint = (agent) => agent.authToken({ claims, scope: 'access' })
const olderAuthToken: Mint = (agent) =>
  agent.authToken({ claims, scope: 'access', generation: 'mission-header' })

describe('a revoked token', () => {
  it.each([
    ['agent token', agentToken, ap, undefined],
    ['person token', personToken, ps, 'requirement=person-token'],
    ['auth token of draft 11', authToken, ps, 'requirement=person-token'],
    ['auth token of older drafts', olderAuthToken, ps, 'requirement=agent-token'],
  ] as const)(
    '(%s) is refused as revoked, and the answer names the credential to come back with [JWT-19, REV-9, CHAL-14, R11-045, R11-255, R11-256, R11-257, R11-258, K17]',
    async (_, mint, iss, requirement) => {
      const world = await makeWorld()
      const token = await mint(world.agent)
      world.resource.revoke({ iss, jti: 'withdrawn', exp })
      const refusal = await world.refusal(token, {
        requirement: { accept: ['agent-token', 'person-token', 'auth-token'] },
      })
      expect([refusal.status, refusal.headers]).toEqual([
        401,
        {
          'cache-control': 'no-store',
          'signature-error': 'error=revoked_jwt',
          ...(requirement && {
            'aauth-requirement': requirement,
            link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
          }),
        },
      ])
    },
  )

  it('is refused although it was accepted before [JWT-19, R11-254, K21]', async () => {
    const world = await makeWorld()
    const token = await authToken(world.agent)
    expect((await world.call(token)).jti).toBe('withdrawn')
    world.resource.revoke({ iss: ps, jti: 'withdrawn', exp })
    expect((await world.refusal(token)).code).toBe('revoked_jwt')
  })

  it('is refused although it had never been seen when it was revoked [K16]', async () => {
    const world = await makeWorld()
    world.resource.revoke({ iss: ps, jti: 'withdrawn', exp })
    expect((await world.refusal(await authToken(world.agent))).code).toBe('revoked_jwt')
  })

  it('is revoked for the whole resource and for no other', async () => {
    const [one, two] = [await makeWorld(), await makeWorld()]
    one.resource.revoke({ iss: ps, jti: 'withdrawn', exp })
    expect((await two.call(await authToken(two.agent))).jti).toBe('withdrawn')
  })

  it('is reported as expired once it has expired [R11-258]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken({ claims, scope: 'access', lifetime: 10 })
    world.resource.revoke({ iss: ps, jti: 'withdrawn', exp: now + 10 })
    world.net.clock.set(now + 10)
    expect((await world.refusal(token)).code).toBe('expired_jwt')
  })
})

describe('a revocation', () => {
  it.each([
    ['of another issuer', { iss: 'https://other.example', jti: 'withdrawn' }],
    ['of another token', { iss: ps, jti: 'other' }],
    ['of the agent provider', { iss: ap, jti: 'withdrawn' }],
  ])('%s does not affect the token [R11-245]', async (_, revocation) => {
    const world = await makeWorld()
    world.resource.revoke({ ...revocation, exp })
    expect((await world.call(await authToken(world.agent))).jti).toBe('withdrawn')
  })

  it('may be repeated [R11-253, REV-12]', async () => {
    const world = await makeWorld()
    for (let round = 0; round < 3; round++) world.resource.revoke({ iss: ps, jti: 'withdrawn', exp })
    expect((await world.refusal(await authToken(world.agent))).code).toBe('revoked_jwt')
  })

  it('rejects when the memory is full, instead of evicting another [REV-8, K10]', async () => {
    const world = await makeWorld()
    for (let index = 0; index < 10_000; index++) world.resource.revoke({ iss: ps, jti: `jti-${index}`, exp })
    await expect(world.resource.revoke({ iss: ps, jti: 'withdrawn', exp })).rejects.toThrow(RangeError)
    const token = await world.agent.authToken({ claims: { jti: 'jti-0' }, scope: 'access' })
    expect((await world.refusal(token)).code).toBe('revoked_jwt')
    expect(() => world.resource.revoke({ iss: ap, jti: 'withdrawn', exp })).not.toThrow()
  })
})

describe('an expired token', () => {
  it.each<[string, Mint, Generation[] | undefined, string | undefined]>([
    ['agent token', (agent) => agent.agentToken({ lifetime: 0 }), undefined, undefined],
    ['person token', (agent) => agent.personToken({ lifetime: 0 }), undefined, 'requirement=person-token'],
    [
      'auth token of draft 11',
      (agent) => agent.authToken({ lifetime: 0, scope: 'access' }),
      undefined,
      'requirement=person-token',
    ],
    [
      'auth token of older drafts',
      (agent) => agent.authToken({ lifetime: 0, scope: 'access', generation: 'mission-header' }),
      ['mission-header'],
      'requirement=agent-token',
    ],
  ])(
    '(%s) is refused, and the answer names the credential to come back with [JWT-13, CHAL-12, CHAL-13, R11-030, R11-152]',
    async (_, mint, generations, requirement) => {
      const world = await makeWorld(generations === undefined ? {} : { generations })
      const refusal = await world.refusal(await mint(world.agent))
      expect([refusal.status, refusal.headers]).toEqual([
        401,
        {
          'cache-control': 'no-store',
          'signature-error': 'error=expired_jwt',
          ...(requirement && {
            'aauth-requirement': requirement,
            link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
          }),
        },
      ])
    },
  )

  it('is refused although it was accepted a second before', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken({ scope: 'access', lifetime: 10 })
    world.net.clock.set(now + 9)
    expect((await world.call(token)).exp).toBe(now + 10)
    world.net.clock.set(now + 10)
    expect((await world.refusal(token)).code).toBe('expired_jwt')
  })
})
