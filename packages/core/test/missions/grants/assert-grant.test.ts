import { AAuthError, type Auth, isAAuthError } from '@aauth-guard/core'
import {
  assertGrant,
  checkGrantOptions,
  type GrantOptions,
  type MissionGrant,
  missionGrant,
} from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it } from 'vitest'
import { approver, type Fleet, makeFleet, one, two } from './runtimes.ts'

const old = { generation: 'mission-header', mission: one } as const

let fleet: Fleet
let auth: Auth
let grant: MissionGrant
beforeEach(async () => {
  fleet = await makeFleet()
  grant = missionGrant(await fleet.auth(await fleet.runtime('first'), old))
  auth = await fleet.auth(await fleet.runtime('second'), old)
})

async function refusal(
  load: Parameters<typeof assertGrant>[1],
  caller = auth,
  options?: GrantOptions,
): Promise<AAuthError> {
  const outcome = await assertGrant(caller, load, options).then(
    () => new Error('the caller may go on'),
    (error: unknown) => error,
  )
  if (isAAuthError(outcome)) return outcome
  throw outcome
}

describe('a grant that a route requires', () => {
  it('lets another runtime of the mission and class resume [CLASS-1]', async () => {
    await expect(assertGrant(auth, () => grant)).resolves.toBeUndefined()
    await expect(assertGrant(auth, async () => grant)).resolves.toBeUndefined()
  })

  it.each<[string, Partial<MissionGrant>, string]>([
    ['another mission [MISS-11]', { mission: { approver, s256: two } }, 'mission_mismatch'],
    ['another provider [CLASS-3]', { class: { provider: 'https://other-agent.example' } }, 'class_mismatch'],
    ['an unverifiable provider [CLASS-2]', { class: null }, 'class_unverifiable'],
    [
      'another person [CLASS-4]',
      { person: { generation: 'mission-header', issuer: approver, tenant: null, sub: 'person-2' } },
      'access_denied',
    ],
    ['a time that has passed', { expiresAt: now }, 'access_denied'],
    ['another resource', { resource: 'https://other.example' }, 'access_denied'],
  ])('is refused with 403 when it is of %s', async (_, changes, code) => {
    const { status, code: found, headers } = await refusal(() => ({ ...grant, ...changes }))
    // A refusal by policy says nothing of signatures and asks for no token (ERR-3).
    expect([status, found, headers]).toEqual([403, code, { 'cache-control': 'no-store' }])
  })

  it.each([undefined, null, 7, 'grant', false])('is denied when the loader returns %j', async (found) => {
    const { status, code } = await refusal(() => found as undefined)
    expect([status, code]).toEqual([403, 'access_denied'])
  })

  it('is refused under the default policy, and accepted under the stated one [CLASS-2]', async () => {
    const newer = await fleet.auth(await fleet.runtime('second'), { mission: one })
    const left = missionGrant(await fleet.auth(await fleet.runtime('first'), { mission: one }))
    expect((await refusal(() => left, newer)).code).toBe('class_unverifiable')
    expect((await refusal(() => left, newer, { classPolicy: 'same-key' })).code).toBe('class_unverifiable')
    await expect(assertGrant(newer, () => left, { classPolicy: 'mission-only' })).resolves.toBeUndefined()
  })

  it('is reported to the operator with the reason when it is refused', async () => {
    await refusal(() => ({ ...grant, expiresAt: 0 }))
    expect(fleet.refusals.map(({ code, hint }) => [code, hint])).toEqual([
      ['access_denied', 'the grant or the token has expired'],
    ])
  })
})

describe('a grant that cannot be loaded', () => {
  it.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('the database is away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the database is away'))],
  ])('leads to 503 when the loader %s', async (_, load) => {
    const { status, code, headers, cause } = await refusal(load)
    expect([status, code, headers['retry-after']]).toEqual([503, 'server_error', '5'])
    expect(cause).toEqual(new Error('the database is away'))
  })

  it('leads to the refusal that the loader throws', async () => {
    const own = new AAuthError('access_denied', { hint: 'the run is locked' })
    expect(await refusal(() => Promise.reject(own))).toBe(own)
    expect(fleet.refusals).toEqual([own])
  })
})

describe('a mission that is terminated while the grant is loaded', () => {
  it.each([
    ['the grant is found', () => grant],
    ['there is none', () => undefined],
    ['the grant is for another mission', () => ({ ...grant, mission: { approver, s256: two } })],
  ])('is refused when %s [MISS-9]', async (_, found) => {
    const outcome = await refusal(async () => {
      await fleet.resource.missions.terminate({ approver, s256: one }, 'revoked')
      return found()
    })
    expect([outcome.status, outcome.code, outcome.problem.termination_reason]).toEqual([
      403,
      'mission_terminated',
      'revoked',
    ])
  })

  it('does not affect the caller when it is another mission', async () => {
    const load = async (): Promise<MissionGrant> => {
      await fleet.resource.missions.terminate({ approver, s256: two })
      return grant
    }
    await expect(assertGrant(auth, load)).resolves.toBeUndefined()
  })
})

describe('an identity that no resource verified', () => {
  it('is a programming error, and nothing is loaded for it', async () => {
    let loaded = 0
    const load = (): MissionGrant => {
      loaded += 1
      return grant
    }
    await expect(assertGrant({ ...auth }, load)).rejects.toThrow(TypeError)
    expect(loaded).toBe(0)
  })
})

describe('the options of a grant', () => {
  it.each(['allow', '', null, 7, ['deny']])('cannot have the class policy %j', (classPolicy) => {
    expect(() => checkGrantOptions({ classPolicy: classPolicy as never })).toThrow(
      /^"classPolicy" is .*: write 'deny', 'mission-only', 'same-key' or 'linked-key'$/,
    )
  })

  it.each([undefined, 'deny', 'mission-only', 'same-key', 'linked-key'] as const)(
    'can have %s',
    (classPolicy) => {
      expect(() => checkGrantOptions(classPolicy ? { classPolicy } : {})).not.toThrow()
    },
  )
})
