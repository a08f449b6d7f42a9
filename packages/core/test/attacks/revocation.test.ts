import { answerRoutes } from '@aauth-guard/core/adapter'
import { monitorMissions } from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { claimsOf, makeRevocationWorld, type RevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { type TestIssuer, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { outcome, ps } from './attempt.ts'

const forbidden = [403, 'unsupported_iss', undefined]

/** A person server that everybody may use, and that tries to kill the tokens and missions of another one. */
async function makeAttackedWorld(options?: Parameters<typeof makeRevocationWorld>[0]): Promise<{
  readonly world: RevocationWorld
  readonly attacker: TestIssuer
  readonly token: string
}> {
  const world = await makeRevocationWorld(options)
  const attacker = await world.net.issuer('person-server', 'https://evil-ps.example')
  return { world, attacker, token: await world.agent.personToken() }
}

/** Announces the termination of a mission as `by`, with members that `by` chooses. */
async function announce(
  { resource }: RevocationWorld,
  by: TestIssuer,
  content: Record<string, unknown>,
): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const url = 'https://notes.example/aauth/mission-terminated'
  const request = toSignedRequest(await by.signServer(url, { headers, body: JSON.stringify(content) }))
  const answer = await answerRoutes(resource, request, async () => request.body ?? new Uint8Array())
  return answer && told(answer)
}

describe('a token of another issuer', () => {
  it('stays valid when an attacker revokes it in the name of its issuer, before draft 11 [X18]', async () => {
    const { world, attacker, token } = await makeAttackedWorld()
    const { iss, jti } = claimsOf(token)
    expect(told(await world.post({ iss, jti }, { by: attacker }))).toEqual(forbidden)
    expect(await world.verdict(token)).toBe('accepted')
  })

  it.each([
    ['its jti and exp', ({ jti, exp }: ReturnType<typeof claimsOf>) => ({ jti, exp })],
    ['its jti, exp and iss', ({ jti, exp, iss }: ReturnType<typeof claimsOf>) => ({ jti, exp, iss })],
    ['its jti alone', ({ jti }: ReturnType<typeof claimsOf>) => ({ jti })],
  ])(
    'stays valid when an attacker revokes it by %s, which only affects tokens of the caller [X18]',
    async (_, body) => {
      const { world, attacker, token } = await makeAttackedWorld()
      expect((await world.post(body(claimsOf(token)), { by: attacker })).status).toBe(200)
      expect(await world.verdict(token)).toBe('accepted')
    },
  )

  it('stays valid when an attacker names its issuer as the signer of the revocation [X18]', async () => {
    const { world, attacker, token } = await makeAttackedWorld()
    const named = Object.assign(Object.create(Object.getPrototypeOf(attacker)), attacker, { id: ps })
    expect(told(await world.post(claimsOf(token), { by: named as TestIssuer }))).toEqual([
      401,
      'invalid_signature',
      undefined,
    ])
    expect(await world.verdict(token)).toBe('accepted')
  })

  it('stays valid when the agent provider at the same origin revokes it [X18]', async () => {
    const { world, token } = await makeAttackedWorld()
    const provider = await world.net.issuer('agent-provider', ps)
    expect(told(await world.post(claimsOf(token), { by: provider }))).toEqual(forbidden)
    expect(await world.verdict(token)).toBe('accepted')
  })

  it('stays valid when an agent provider revokes it as a person server [X18]', async () => {
    const trust = { agentProviders: 'any', personServers: [ps] } as const
    const { world, token } = await makeAttackedWorld({ trust })
    const posing = await world.net.issuer('person-server', 'https://agent.example')
    expect(told(await world.post(claimsOf(token), { by: posing }))).toEqual(forbidden)
    expect(world.net.fetches).toEqual([])
    expect(await world.verdict(token)).toBe('accepted')
  })
})

describe('a flood by one issuer', () => {
  it('of revocations is answered 429 and leaves other issuers their share [X19]', async () => {
    const { world, attacker, token } = await makeAttackedWorld()
    for (let i = 0; i < 100; i++) await world.post({ jti: `${i}`, exp: now + 1000 }, { by: attacker })
    const answer = await world.post({ jti: 'one-more', exp: now + 1000 }, { by: attacker })
    expect([...(told(answer) as unknown[]), answer.headers['retry-after']]).toEqual([
      429,
      'rate_limited',
      undefined,
      '1',
    ])
    expect((await world.post(claimsOf(token))).status).toBe(200)
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it('is refused when its revocations would be remembered for years [X19]', async () => {
    const { world, attacker } = await makeAttackedWorld()
    expect(told(await world.post({ jti: 'x', exp: now + 315_360_000 }, { by: attacker }))).toEqual([
      400,
      'invalid_request',
      undefined,
    ])
  })

  it('of announcements is answered 429 and leaves other person servers their share [X19]', async () => {
    const { world, attacker } = await makeAttackedWorld({
      missions: monitorMissions({ announcements: true }),
    })
    for (let i = 0; i < 100; i++) await announce(world, attacker, { mission_s256: `${i}m`.padEnd(43, 'A') })
    expect([
      await announce(world, attacker, { mission_s256: s256 }),
      await announce(world, world.net.personServer, { mission_s256: s256 }),
    ]).toEqual([
      [429, 'rate_limited', undefined],
      [200, undefined, undefined],
    ])
  })

  it('of terminations is answered 429, and no termination at another person server is forgotten [X19]', async () => {
    const missions = monitorMissions({ announcements: true })
    const { world, attacker } = await makeAttackedWorld({ missions, limits: { tombstones: 3 } })
    const granted = await world.agent.authToken({ scope: 'access', mission: s256 })
    const foreign = await world.agent.authToken({ scope: 'access', mission: s256 }, attacker)
    await world.resource.missions.terminate(mission)
    const answers: unknown[] = []
    for (const letter of 'ABCDE')
      answers.push(await announce(world, attacker, { mission_s256: `${letter.repeat(42)}A` }))
    expect(answers.slice(2)).toEqual([
      [200, undefined, undefined],
      [429, 'rate_limited', undefined],
      [429, 'rate_limited', undefined],
    ])
    expect(await outcome(world.call(granted))).toBe('403 mission_terminated')
    expect(await outcome(world.call(foreign))).toBe('503 server_error')
  })

  it('of terminations does not affect active missions of another person server [X19]', async () => {
    const missions = monitorMissions({ announcements: true })
    const { world, attacker } = await makeAttackedWorld({ missions, limits: { tombstones: 1 } })
    for (const letter of 'ABC') await announce(world, attacker, { mission_s256: `${letter.repeat(42)}A` })
    const token = await world.agent.authToken({ scope: 'access', mission: s256 })
    expect(await outcome(world.call(token))).toBe('200')
  })
})

describe('a mission of another person server', () => {
  it.each([
    ['its digest', {}],
    ['its digest and its approver', { approver: ps }],
    ['its digest and its person server as ps and iss', { ps, iss: ps }],
  ])('stays active when an attacker announces its termination by %s [X14, MISS-12]', async (_, members) => {
    const { world, attacker } = await makeAttackedWorld({
      missions: monitorMissions({ announcements: true }),
    })
    expect(await announce(world, attacker, { mission_s256: s256, ...members })).toEqual([
      200,
      undefined,
      undefined,
    ])
    const token = await world.agent.authToken({ scope: 'access', mission: s256 })
    expect(await outcome(world.call(token))).toBe('200')
  })
})
