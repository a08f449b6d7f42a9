import { AAuthError } from '@aauth-guard/core'
import { type MissionGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { beforeAll, describe, expect, it } from 'vitest'
import { approver, type Fleet, makeFleet, one, type RuntimeCall } from './runtimes.ts'

const old = { generation: 'mission-header', mission: one } as const
const mission = { approver, s256: one }

let fleet: Fleet
beforeAll(async () => {
  fleet = await makeFleet(
    { linkedKeys: 300 },
    { accessServer: 'https://as.example', acceptPersonServerTokens: true },
  )
})

describe('missionGrant', () => {
  it.each<[string, RuntimeCall, Pick<MissionGrant, 'class' | 'person'>]>([
    [
      'an auth token of drafts 01 to 10',
      old,
      {
        class: { provider: 'https://agent.example' },
        person: { generation: 'mission-header', issuer: approver, tenant: null, sub: 'person-1' },
      },
    ],
    [
      'one for a person of a tenant',
      { ...old, tenant: 'acme' },
      {
        class: { provider: 'https://agent.example' },
        person: { generation: 'mission-header', issuer: approver, tenant: 'acme', sub: 'person-1' },
      },
    ],
    [
      'one without a person',
      { ...old, claims: { sub: undefined } },
      { class: { provider: 'https://agent.example' }, person: null },
    ],
    [
      'an auth token of draft 11',
      { mission: one },
      {
        class: null,
        person: { generation: 'person-token', issuer: approver, tenant: null, sub: 'person-1' },
      },
    ],
    [
      'one with a tenant, which does not name a person there',
      { mission: one, tenant: 'acme' },
      {
        class: null,
        person: { generation: 'person-token', issuer: approver, tenant: null, sub: 'person-1' },
      },
    ],
    [
      'a person token',
      { kind: 'person-token', mission: one },
      {
        class: null,
        person: { generation: 'person-token', issuer: approver, tenant: null, sub: 'person-1' },
      },
    ],
  ])('of %s contains exactly these members [CLASS-1, MISS-12]', async (_, call, expected) => {
    const runtime = await fleet.runtime('first')
    const grant = missionGrant(await fleet.auth(runtime, call))
    expect(grant).toEqual({
      resource: 'https://notes.example',
      mission,
      ...expected,
      thumbprint: runtime.key.thumbprint,
      createdAt: now,
      expiresAt: null,
    })
  })

  it("of an access server's token names the issuer before draft 11 and the person server in draft 11", async () => {
    const runtime = await fleet.runtime('first')
    const issuer = fleet.net.accessServer
    const grants = [
      missionGrant(await fleet.auth(runtime, { ...old, issuer })),
      missionGrant(await fleet.auth(runtime, { mission: one, issuer })),
    ]
    expect(grants.map(({ person, mission: { approver: by } }) => [person?.issuer, by])).toEqual([
      ['https://as.example', approver],
      [approver, approver],
    ])
  })

  it('is unchanged by a round trip through JSON', async () => {
    for (const call of [old, { mission: one }]) {
      const auth = await fleet.auth(await fleet.runtime('first'), call)
      const grant = missionGrant(auth, { expiresAt: now + 60 })
      const back = JSON.parse(JSON.stringify(grant))
      expect(back).toEqual(grant)
      expect(mayResume(back, auth, 'mission-only')).toBe('match')
    }
  })

  it('is deeply frozen [Q05]', async () => {
    const grant = missionGrant(await fleet.auth(await fleet.runtime('first'), old))
    for (const part of [grant, grant.mission, grant.class, grant.person])
      expect([typeof part, Object.isFrozen(part)]).toEqual(['object', true])
  })

  it('ends at the time its maker sets', async () => {
    const auth = await fleet.auth(await fleet.runtime('first'), old)
    expect(missionGrant(auth, { expiresAt: now + 60 }).expiresAt).toBe(now + 60)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '1790000060', null])(
    'throws for the end %j',
    async (expiresAt) => {
      const auth = await fleet.auth(await fleet.runtime('first'), old)
      expect(() => missionGrant(auth, { expiresAt: expiresAt as number })).toThrow(
        new TypeError('"expiresAt" is not a time: pass seconds since 1970'),
      )
    },
  )

  it.each<[string, RuntimeCall]>([
    ['an agent token', { kind: 'agent-token' }],
    ['a person token', { kind: 'person-token' }],
    ['an auth token of draft 11', {}],
    ['an auth token of drafts 01 to 10', { generation: 'mission-header' }],
    ['an auth token beside which a mission is asserted', { generation: 'mission-header', asserted: mission }],
  ])('throws for %s without a mission [MISS-4]', async (_, call) => {
    const auth = await fleet.auth(await fleet.runtime('first'), call)
    expect(() => missionGrant(auth)).toThrow(AAuthError)
    expect(() => missionGrant(auth)).toThrow(
      expect.objectContaining({ status: 403, code: 'mission_required' }),
    )
  })

  it('throws for an identity that no resource verified', async () => {
    const auth = await fleet.auth(await fleet.runtime('first'), old)
    expect(() => missionGrant({ ...auth })).toThrow(TypeError)
  })
})

describe('the class of a grant in draft 11', () => {
  it('is that of an agent token with the same key when keys are linked [CLASS-1]', async () => {
    const runtime = await fleet.runtime('linked')
    await fleet.auth(runtime, { kind: 'agent-token' })
    expect(missionGrant(await fleet.auth(runtime, { mission: one })).class).toEqual({
      provider: 'https://agent.example',
    })
  })

  it('is unknown when keys are not linked, whatever agent token the key had [CLASS-2]', async () => {
    const plain = await makeFleet()
    const runtime = await plain.runtime('linked')
    await plain.auth(runtime, { kind: 'agent-token' })
    expect(missionGrant(await plain.auth(runtime, { mission: one })).class).toBeNull()
  })

  it('is unknown when the resource monitors no missions', async () => {
    const unwatched = await makeFleet(null)
    const runtime = await unwatched.runtime('first')
    expect(missionGrant(await unwatched.auth(runtime, { mission: one })).class).toBeNull()
  })
})
