import type { Auth, ClassPolicy } from '@aauth-guard/core'
import { type MissionGrant, mayResume, type Resumption } from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { beforeAll, describe, expect, it } from 'vitest'
import { found, grantOf as keptGrant, newer, provider } from './kept-grant.ts'
import { approver, type Fleet, makeFleet, one, type RuntimeCall, two } from './runtimes.ts'

const old = { generation: 'mission-header', mission: one } as const
const other = 'https://other-agent.example'

let fleet: Fleet
let thumbprint: string
beforeAll(async () => {
  fleet = await makeFleet({}, { accessServer: 'https://as.example', acceptPersonServerTokens: true })
  thumbprint = (await fleet.runtime('first')).key.thumbprint
})

const grantOf = (changes: Partial<MissionGrant> = {}): MissionGrant => keptGrant({ thumbprint, ...changes })

/** A call of a second runtime of the same provider, with a key of its own. */
async function second(call: RuntimeCall): Promise<Auth> {
  return fleet.auth(await fleet.runtime('second'), call)
}

/** What is found under `deny`, `mission-only`, `same-key` and `linked-key`. */
type Row = readonly [who: string, grant: Partial<MissionGrant>, call: RuntimeCall, ...Four]
type Four = readonly [Resumption, Resumption, Resumption, Resumption]
const always = (outcome: Resumption): Four => [outcome, outcome, outcome, outcome]

describe('mayResume for another runtime', () => {
  it.each<Row>([
    ['of the provider, before draft 11 [CLASS-1]', {}, old, ...always('match')],
    ['of another provider [CLASS-3]', { class: { provider: other } }, old, ...always('class_mismatch')],
    [
      'of the provider in another case [CLASS-3]',
      { class: { provider: 'https://AGENT.example' } },
      old,
      ...always('class_mismatch'),
    ],
    ['in another mission [MISS-11]', {}, { ...old, mission: two }, ...always('mission_mismatch')],
    [
      'in the mission of the same digest at another person server [MISS-11, MISS-12]',
      { mission: { approver: 'https://other-ps.example', s256: one } },
      old,
      ...always('mission_mismatch'),
    ],
    ['without a mission [MISS-11]', {}, { generation: 'mission-header' }, ...always('mission_mismatch')],
    ['for another person [CLASS-4]', {}, { ...old, sub: 'person-2' }, ...always('person_mismatch')],
    ['for a person of a tenant [CLASS-4]', {}, { ...old, tenant: 'acme' }, ...always('person_mismatch')],
    [
      'with a token without a person [CLASS-4]',
      {},
      { ...old, claims: { sub: undefined } },
      ...always('person_mismatch'),
    ],
    ['when the grant has no person [CLASS-4]', { person: null }, old, ...always('person_mismatch')],
    [
      'when neither the grant nor the token has a person',
      { person: null },
      { ...old, claims: { sub: undefined } },
      ...always('match'),
    ],
    ['of another resource', { resource: 'https://other.example' }, old, ...always('resource_mismatch')],
    ['a second before the grant ends', { expiresAt: now + 1 }, old, ...always('match')],
    ['in the second in which the grant ends', { expiresAt: now }, old, ...always('expired')],
    ['long after the grant has ended', { expiresAt: 0 }, old, ...always('expired')],
    [
      'when the grant has no provider [CLASS-2]',
      { class: null },
      old,
      'class_unknown',
      'match',
      'class_unknown',
      'class_unknown',
    ],
    [
      'in draft 11 [CLASS-2]',
      newer,
      { mission: one },
      'class_unknown',
      'match',
      'class_unknown',
      'class_unknown',
    ],
    [
      'in draft 11 with a person token [CLASS-2]',
      newer,
      { kind: 'person-token', mission: one },
      'class_unknown',
      'match',
      'class_unknown',
      'class_unknown',
    ],
    [
      'in draft 11 when the grant has a provider and the token none [CLASS-2]',
      { ...newer, class: { provider } },
      { mission: one },
      'class_unknown',
      'match',
      'class_unknown',
      'class_unknown',
    ],
    [
      'in draft 11 for another person [CLASS-4]',
      newer,
      { mission: one, sub: 'person-2' },
      ...always('person_mismatch'),
    ],
    ['in draft 11 in another mission [MISS-11]', newer, { mission: two }, ...always('mission_mismatch')],
    ['in draft 11 without a mission [MISS-11]', newer, {}, ...always('mission_mismatch')],
    [
      'in draft 11 after the grant has ended',
      { ...newer, expiresAt: now },
      { mission: one },
      ...always('expired'),
    ],
    [
      'in draft 11 for a person of a tenant, which does not identify a person there [CLASS-2]',
      newer,
      { mission: one, tenant: 'acme' },
      'class_unknown',
      'match',
      'class_unknown',
      'class_unknown',
    ],
    ['for a person of the other generation [CLASS-4]', {}, { mission: one }, ...always('person_mismatch')],
    ['for a person of the generation before [CLASS-4]', newer, old, ...always('person_mismatch')],
  ])('decides for a runtime %s', async (_, grant, call, ...expected) => {
    expect(found(grantOf(grant), await second(call))).toEqual(expected)
  })

  it.each<Row>([
    [
      'with the key that made the grant [CLASS-2]',
      newer,
      { mission: one },
      'class_unknown',
      'match',
      'match',
      'class_unknown',
    ],
    [
      'with the key that made it, and for another person [CLASS-4]',
      newer,
      { mission: one, sub: 'person-2' },
      ...always('person_mismatch'),
    ],
    [
      'with the key that made it, in another mission [MISS-11]',
      newer,
      { mission: two },
      ...always('mission_mismatch'),
    ],
    [
      'with the key that made it, of another provider [CLASS-3]',
      { class: { provider: other } },
      old,
      ...always('class_mismatch'),
    ],
  ])('decides for a runtime %s', async (_, grant, call, ...expected) => {
    expect(found(grantOf(grant), await fleet.auth(await fleet.runtime('first'), call))).toEqual(expected)
  })

  it('denies when no policy is given for an unknown class [CLASS-2]', async () => {
    expect(mayResume(grantOf(newer), await second({ mission: one }))).toBe('class_unknown')
  })

  it('denies under a policy that does not exist [CLASS-2]', async () => {
    const policy = 'toString' as ClassPolicy
    expect(mayResume(grantOf(newer), await second({ mission: one }), policy)).toBe('class_unknown')
  })

  it('checks the mission, the person and the time, in this order', async () => {
    const auth = await second({ ...old, mission: two, sub: 'person-2' })
    const grant = grantOf({ expiresAt: 0, class: { provider: other } })
    expect(mayResume(grant, auth)).toBe('mission_mismatch')
    expect(mayResume({ ...grant, mission: { approver, s256: two } }, auth)).toBe('person_mismatch')
    const person = { generation: 'mission-header', issuer: approver, tenant: null, sub: 'person-2' } as const
    expect(mayResume({ ...grant, mission: { approver, s256: two }, person }, auth)).toBe('expired')
  })

  it('throws for an identity that no resource verified', async () => {
    const auth = await second(old)
    expect(() => mayResume(grantOf(), { ...auth })).toThrow(TypeError)
    expect(() => mayResume(grantOf(), JSON.parse(JSON.stringify(auth)))).toThrow(TypeError)
  })
})

describe('mayResume does not depend on', () => {
  it.each<[string, RuntimeCall]>([
    ['the local part of an agent identifier', { claims: { agent: 'aauth:anybody-else@agent.example' } }],
    [
      'who delegated to whom',
      {
        claims: {
          act: { agent: 'aauth:chained@other-agent.example', act: { agent: 'aauth:x@agent.example' } },
        },
      },
    ],
    ['which account the token is for', { account: 'ws-7' }],
    ['what was granted', { scope: 'else' }],
  ])('%s', async (_, call) => {
    expect(mayResume(grantOf(), await second({ ...old, ...call }))).toBe('match')
  })

  it('which provider delegated to another: the one that acts counts [CLASS-3, X28]', async () => {
    const intermediary = await fleet.runtime('intermediary', fleet.otherProvider)
    const claims = { act: { agent: 'aauth:first@agent.example' } }
    expect(mayResume(grantOf(), await fleet.auth(intermediary, { ...old, claims }))).toBe('class_mismatch')
  })

  it('a tenant of the same name as the provider [CLASS-2]', async () => {
    const auth = await second({ mission: one, tenant: provider })
    expect(mayResume(grantOf({ ...newer, class: { provider } }), auth)).toBe('class_unknown')
  })

  it('a mission that the agent asserts beside a token without one [MISS-4, X27]', async () => {
    const asserted = { approver, s256: one }
    const auth = await second({ generation: 'mission-header', asserted })
    expect(found(grantOf(), auth)).toEqual(always('mission_mismatch'))
  })

  it('a mission that the agent asserts beside a token of draft 11 [MISS-4, MISS-8]', async () => {
    const asserted = { approver, s256: one }
    expect(found(grantOf(newer), await second({ asserted }))).toEqual(always('mission_mismatch'))
  })

  it('an agent token, of whatever provider: it carries no mission [MISS-11]', async () => {
    expect(found(grantOf(), await second({ kind: 'agent-token' }))).toEqual(always('mission_mismatch'))
  })

  it('which issuer signed, for a person of draft 11: the person server names it', async () => {
    const auth = await second({ mission: one, issuer: fleet.net.accessServer })
    expect(mayResume(grantOf(newer), auth, 'mission-only')).toBe('match')
  })

  it('which person server there was, for a person before draft 11: the issuer names it [CLASS-4]', async () => {
    const auth = await second({ ...old, issuer: fleet.net.accessServer })
    expect(mayResume(grantOf(), auth)).toBe('person_mismatch')
  })
})
