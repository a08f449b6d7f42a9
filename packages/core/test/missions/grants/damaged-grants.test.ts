import type { Auth } from '@aauth-guard/core'
import { type MissionGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { beforeAll, describe, expect, it } from 'vitest'
import { policies } from './kept-grant.ts'
import { makeFleet, one } from './runtimes.ts'

/** Callers, each with the grant it would resume: one with a person, one without, and one of draft 11. */
const callers: { auth: Auth; whole: MissionGrant }[] = []
beforeAll(async () => {
  const fleet = await makeFleet()
  const runtime = await fleet.runtime('first')
  for (const call of [
    { generation: 'mission-header', mission: one },
    { generation: 'mission-header', mission: one, claims: { sub: undefined } },
    { mission: one },
  ] as const) {
    const auth = await fleet.auth(runtime, call)
    callers.push({ auth, whole: missionGrant(auth, { expiresAt: now + 60 }) })
  }
})

/** Whether any caller may resume, under any policy. */
function resumptions(damage: (whole: MissionGrant) => unknown): Set<string> {
  return new Set(
    callers.flatMap(({ auth, whole }) =>
      policies.map((policy) => mayResume(damage(whole) as MissionGrant, auth, policy)),
    ),
  )
}

const members = ['resource', 'mission', 'class', 'person', 'thumbprint', 'createdAt', 'expiresAt'] as const
const nobody = { generation: 'mission-header', issuer: 'https://ps.example', tenant: null, sub: 'person-1' }
const strange: readonly unknown[] = [
  undefined,
  7,
  Number.NaN,
  true,
  '',
  'https://agent.example',
  [],
  ['x'],
  {},
]

describe('a damaged grant', () => {
  it('differs from an intact one, which every caller here may resume', () => {
    expect(callers.map(({ auth, whole }) => mayResume(whole, auth, 'mission-only'))).toEqual([
      'match',
      'match',
      'match',
    ])
  })

  it.each(members)('matches no caller when %s is missing', (name) => {
    const damage = ({ [name]: _, ...rest }: MissionGrant): unknown => rest
    expect(resumptions(damage)).toEqual(new Set(['mission_mismatch']))
  })

  it.each(
    members.flatMap((name) =>
      strange
        .filter((value) => !((name === 'thumbprint' || name === 'resource') && typeof value === 'string'))
        .filter((value) => !((name === 'createdAt' || name === 'expiresAt') && value === 7))
        .map((value) => [name, value] as const),
    ),
  )('matches no caller when %s is %j', (name, value) => {
    expect(resumptions((whole) => ({ ...whole, [name]: value }))).toEqual(new Set(['mission_mismatch']))
  })

  it.each([null, undefined, 7, 'grant', true, [], {}, [{}], () => undefined])(
    'matches no caller when it is %j',
    (grant) => {
      expect(resumptions(() => grant)).toEqual(new Set(['mission_mismatch']))
    },
  )

  it.each<[string, unknown]>([
    ['mission', { approver: 'https://ps.example' }],
    ['mission', { s256: one }],
    ['mission', { approver: ['https://ps.example'], s256: [one] }],
    ['class', { provider: null }],
    ['class', { provider: ['https://agent.example'] }],
    ['person', { ...nobody, sub: 1 }],
    ['person', { ...nobody, tenant: undefined }],
    ['person', { ...nobody, issuer: undefined }],
    ['person', { ...nobody, generation: undefined }],
  ])('matches no caller when %s is %j', (name, value) => {
    expect(resumptions((whole) => ({ ...whole, [name]: value }))).toEqual(new Set(['mission_mismatch']))
  })

  it.each(['9999999999', null, Number.POSITIVE_INFINITY])(
    'matches no caller when it was made at %j',
    (createdAt) => {
      expect(resumptions((whole) => ({ ...whole, createdAt }))).toEqual(new Set(['mission_mismatch']))
    },
  )

  it.each(['9999999999', Number.POSITIVE_INFINITY])('matches no caller when it ends at %j', (expiresAt) => {
    expect(resumptions((whole) => ({ ...whole, expiresAt }))).toEqual(new Set(['mission_mismatch']))
  })

  it('matches no caller when its members are inherited [Q01]', () => {
    expect(resumptions((whole) => Object.create(whole))).toEqual(new Set(['mission_mismatch']))
  })

  it('matches no caller when the members of a part are inherited [Q01]', () => {
    for (const name of ['mission', 'class', 'person'] as const)
      expect(resumptions((whole) => ({ ...whole, [name]: Object.create(whole.mission) }))).toEqual(
        new Set(['mission_mismatch']),
      )
  })

  it('matches no caller when every object inherits what the grant lacks [Q01]', () => {
    const [{ whole } = { whole: undefined }] = callers
    const polluted = Object.prototype as unknown as Record<string, unknown>
    const added = Object.entries(whole ?? {})
    try {
      for (const [name, value] of added) polluted[name] = value
      expect(resumptions(() => ({}))).toEqual(new Set(['mission_mismatch']))
    } finally {
      for (const [name] of added) delete polluted[name]
    }
  })
})
