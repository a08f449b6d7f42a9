import { authorize, type ResourceEvent } from '@aauth-guard/core'
import { askForToken, notes } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Acceptance } from '../../src/keys/acceptance.ts'
import type { VerifiedToken } from '../../src/keys/verified-tokens.ts'
import { AcceptedTokens } from '../../src/resource/accepted-tokens.ts'

/** A world with one mission, and a function that makes tokens under it. */
async function makeScene() {
  const events: ResourceEvent[] = []
  const world = await makeWorld({ replay: 'off', onEvent: (event) => events.push(event) })
  const { s256 } = await world.net.personServer.missions.begin(world.agent, { description: 'Sort notes' })
  const mission = { approver: 'https://ps.example', s256 }
  const token = (jti: string) => world.agent.authToken({ scope: 'access', mission: s256, claims: { jti } })
  const outstanding = () => world.resource.missions.outstandingTokens(mission)
  return { ...world, events, mission, token, outstanding }
}

describe('outstandingTokens', () => {
  it('lists the tokens that were accepted, the last accepted first, with how often and until when', async () => {
    const { call, token, outstanding } = await makeScene()
    const first = await token('first')
    await call(first)
    await call(await token('second'))
    await call(first)
    const { tokens, atLeast, latestExp, terminated } = outstanding()
    expect(tokens.map(({ jti, accepted, exp }) => [jti, accepted, exp]).toSorted()).toEqual([
      ['first', 2, 1_790_003_600],
      ['second', 1, 1_790_003_600],
    ])
    expect([atLeast, latestExp, terminated]).toEqual([false, 1_790_003_600, undefined])
    const [latest] = tokens
    expect(latest?.lastAcceptedAt).toBeGreaterThanOrEqual(latest?.firstAcceptedAt ?? Number.NaN)
    expect(outstanding().lastAcceptedAt).toBe(latest?.lastAcceptedAt)
  })

  it('lists a token that got a resource token at the authorization endpoint, and was used nowhere else', async () => {
    const world = await makeWorld(notes)
    const { agent, net, resource } = world
    const { s256 } = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
    const token = await agent.personToken({ mission: s256, claims: { jti: 'asked' } })
    const { outstandingTokens } = resource.missions
    expect((await askForToken(world, { token, body: { scope: 'unknown' } })).status).toBe(400)
    expect(outstandingTokens({ approver: 'https://ps.example', s256 }).tokens).toEqual([])
    expect((await askForToken(world, { token })).status).toBe(200)
    expect(outstandingTokens({ approver: 'https://ps.example', s256 }).tokens).toMatchObject([
      { jti: 'asked', accepted: 1 },
    ])
  })

  it.each([false, true])(
    'counts a request that two guards accepted once, with a token seen before: %s',
    async (seen) => {
      const { agent, call, resource, token, outstanding } = await makeScene()
      const held = await token('held')
      if (seen) await call(held)
      const request = toSignedRequest(await agent.sign('https://notes.example/notes', {}, { token: held }))
      for (let guards = 0; guards < 2; guards++) await authorize(resource, request)
      expect(outstanding().tokens).toMatchObject([{ accepted: seen ? 2 : 1 }])
    },
  )

  it('does not list a token whose requests were refused, or one without a mission', async () => {
    const { agent, call, refusal, token, outstanding } = await makeScene()
    await call(await agent.authToken({ scope: 'access' }))
    await refusal(await token('refused'), { requirement: { check: () => false } })
    await refusal(await token('stale'), { mistake: 'stale' })
    expect(outstanding().tokens).toEqual([])
  })

  it('says after a termination who told of it, and still lists the tokens', async () => {
    const { call, refusal, resource, mission, token, outstanding, events } = await makeScene()
    const held = await token('held')
    await call(held)
    await resource.missions.terminate(mission, 'completed')
    await resource.missions.terminate(mission, 'again')
    await refusal(held)
    const { tokens, terminated } = outstanding()
    expect(tokens.map(({ jti, accepted }) => [jti, accepted])).toEqual([['held', 1]])
    expect(terminated).toMatchObject({ reason: 'completed', learnedFrom: 'operator' })
    expect(events.filter(({ type }) => type === 'aauth.mission_terminated.v1')).toMatchObject([
      { mission, reason: 'completed', learnedFrom: 'operator', suppressed: 0 },
    ])
  })

  it('marks a token that was revoked, and reports the revocation', async () => {
    const { call, resource, token, outstanding, events } = await makeScene()
    await call(await token('held'))
    await resource.revoke({ iss: 'https://ps.example', jti: 'held', exp: 1_790_003_600 })
    expect(outstanding().tokens).toMatchObject([{ jti: 'held', revoked: true }])
    expect(events.filter(({ type }) => type === 'aauth.token_revoked.v1')).toMatchObject([
      { issuer: 'https://ps.example', jti: 'held', learnedFrom: 'operator' },
    ])
  })

  it('throws a TypeError for an invalid mission', async () => {
    const { resource } = await makeScene()
    expect(() => resource.missions.outstandingTokens({ approver: 'ps', s256: '' })).toThrow(TypeError)
  })
})

describe('what is remembered of accepted tokens', () => {
  const at = 1_790_000_000
  const unlisted = 'https://unlisted.example'
  const missionOf = (s256: string, approver = 'https://ps.example') => ({ approver, s256 })
  /** @param named whether `trust` lists the issuer */
  const tokenOf = (
    jti: string,
    mission: string,
    approver = 'https://ps.example',
    named = true,
  ): VerifiedToken =>
    ({
      claims: { iss: 'https://ps.example', jti, exp: at + 600, mission: missionOf(mission, approver) },
      source: { named },
      thumbprint: 't',
      template: {},
    }) as never
  const makeAccepted = (max: number, now = () => at) =>
    new AcceptedTokens(now, (approver) => approver !== unlisted, max)

  it('is bounded, and says "at least" while tokens that were dropped may be valid', () => {
    let now = at
    const accepted = makeAccepted(3, () => now)
    for (const jti of ['a', 'b', 'c']) accepted.accepted(tokenOf(jti, 'M'))
    expect(accepted.of(missionOf('M'))).toMatchObject({ atLeast: false })
    accepted.accepted(tokenOf('d', 'M'))
    expect(accepted.of(missionOf('M')).tokens.length).toBe(3)
    expect(accepted.of(missionOf('M')).atLeast).toBe(true)
    expect(accepted.of(missionOf('M', unlisted)).atLeast).toBe(false)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_001)
    expect(accepted.of(missionOf('M')).atLeast).toBe(true)
    now += 600
    expect(accepted.of(missionOf('M')).atLeast).toBe(false)
  })

  it('remembers the termination of a mission of a listed person server, however many others are terminated', () => {
    const accepted = makeAccepted(3)
    expect(accepted.terminated(missionOf('M'), undefined, 'announcement')).toBe(true)
    for (let i = 0; i < 10_001; i++)
      accepted.terminated(missionOf(`${i}`, unlisted), undefined, 'announcement')
    expect(accepted.of(missionOf('M')).terminated).toMatchObject({ learnedFrom: 'announcement' })
    expect(accepted.terminated(missionOf('M'), undefined, 'store')).toBe(false)
  })

  it('says "at least" while tokens that were dropped would be listed for their last request', () => {
    let now = at
    const accepted = makeAccepted(1, () => now)
    for (const jti of ['a', 'b']) accepted.accepted(tokenOf(jti, 'M'))
    now += 600
    expect(accepted.of(missionOf('M'))).toMatchObject({ tokens: [{ jti: 'b' }], atLeast: true })
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_001)
    expect(accepted.of(missionOf('M'))).toMatchObject({ tokens: [], atLeast: false })
  })

  it.each([
    ['a listed access server', 'a person server that is not listed', unlisted, true],
    ['an access server that is not listed', 'a listed person server', 'https://ps.example', false],
  ])('says "at least" where tokens of %s under a mission of %s were dropped', (_, __, approver, named) => {
    const accepted = makeAccepted(1)
    for (const jti of ['a', 'b']) accepted.accepted(tokenOf(jti, 'M', approver, named))
    expect(accepted.of(missionOf('M', approver))).toMatchObject({ tokens: [{ jti: 'b' }], atLeast: true })
  })

  it('goes on for a token that was verified once more, and drops nothing', () => {
    const accepted = makeAccepted(3)
    for (let n = 0; n < 2; n++) accepted.accepted(tokenOf('a', 'M'))
    expect(accepted.of(missionOf('M'))).toMatchObject({ tokens: [{ jti: 'a', accepted: 2 }], atLeast: false })
    accepted.accepted(tokenOf('a', 'N'))
    expect(accepted.of(missionOf('N'))).toMatchObject({ tokens: [{ jti: 'a', accepted: 1 }], atLeast: true })
  })

  it('marks a token whose revocation was told of before its request was accepted', () => {
    const accepted = makeAccepted(3)
    accepted.revoked({ iss: 'https://ps.example', jti: 'a' })
    accepted.accepted(tokenOf('a', 'M'))
    expect(accepted.of(missionOf('M')).tokens).toMatchObject([{ jti: 'a', revoked: true }])
  })

  it('keeps tokens of listed issuers, however many others come', () => {
    const accepted = makeAccepted(3)
    accepted.accepted(tokenOf('listed', 'M'))
    for (let n = 0; n < 100; n++) accepted.accepted(tokenOf(`other-${n}`, `N${n}`, unlisted, false))
    expect(accepted.of(missionOf('M'))).toMatchObject({ tokens: [{ jti: 'listed' }], atLeast: false })
    expect(accepted.size).toBe(4)
  })

  it('remembers a token again that was dropped', () => {
    const accepted = makeAccepted(1)
    const token = tokenOf('a', 'M')
    accepted.accepted(token)
    accepted.accepted(tokenOf('b', 'N'))
    expect((token.acceptance as Acceptance).dropped).toBe(true)
    accepted.accepted(token)
    expect(accepted.of(missionOf('M')).tokens.map(({ jti }) => jti)).toEqual(['a'])
    expect(accepted.missions(10)).toEqual([missionOf('M')])
  })

  it('never grows beyond its bound, and never lists a token under another mission', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 4 })), {
      maxLength: 80,
    })
    fc.assert(
      fc.property(steps, (taken) => {
        const accepted = makeAccepted(5)
        const tokens = new Map<string, VerifiedToken>()
        for (const [jti, mission] of taken) {
          const name = `${jti} ${mission}`
          const token = tokens.get(name) ?? tokenOf(name, `M${mission}`)
          tokens.set(name, token)
          accepted.accepted(token)
          const listed = [0, 1, 2, 3, 4].flatMap((number) =>
            accepted.of(missionOf(`M${number}`)).tokens.map((one) => [one.jti.split(' ')[1], `${number}`]),
          )
          if (accepted.size > 5 || listed.length !== accepted.size) return false
          if (listed.some(([of, under]) => of !== under)) return false
        }
        return true
      }),
    )
  })
})
