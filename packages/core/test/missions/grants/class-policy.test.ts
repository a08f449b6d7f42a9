import type { AnyRequirement, ClassPolicy } from '@aauth-guard/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, makeFleet, one, type RuntimeCall } from './runtimes.ts'

const old = { generation: 'mission-header', mission: one } as const
const provider = 'https://agent.example'
const other = 'https://other-agent.example'

let fleet: Fleet
beforeAll(async () => {
  fleet = await makeFleet({ linkedKeys: 300 })
})

async function outcome(requirement: AnyRequirement, call: RuntimeCall): Promise<string> {
  const runtime = await fleet.runtime('planner')
  await fleet.auth(runtime, { kind: 'agent-token' })
  return fleet.outcome(runtime, { ...call, requirement })
}

describe('the providers of a route', () => {
  it.each<[string, string | string[], string]>([
    ['the only one', provider, '200'],
    ['one of a list [CLASS-1]', [other, provider], '200'],
    ['the only one of a list', [provider], '200'],
    ['none of a list [CLASS-3]', [other, 'https://third-agent.example'], '403 class_mismatch'],
    ['the only one, in another case [CLASS-3]', 'https://agent.example.org', '403 class_mismatch'],
  ])('are compared with that of the caller: %s', async (_, wanted, expected) => {
    expect(await outcome({ class: { provider: wanted } }, old)).toBe(expected)
  })

  it('are those of the list when the guard was made [CLASS-3]', async () => {
    const list = [other]
    const requirement = { class: { provider: list } }
    expect(await outcome(requirement, old)).toBe('403 class_mismatch')
    list.push(provider)
    expect(await outcome(requirement, old)).toBe('403 class_mismatch')
  })

  it.each<[string, RuntimeCall]>([
    ['before draft 11', { generation: 'mission-header' }],
    ['in draft 11', {}],
  ])('require a mission, even for a known provider, %s [CLASS-1]', async (_, call) => {
    expect(await outcome({ class: { provider }, classPolicy: 'mission-only' }, call)).toBe(
      '403 mission_required',
    )
  })

  it('do not match an agent token, which carries no mission [CLASS-1]', async () => {
    const requirement = { accept: ['agent-token', 'auth-token'], class: { provider } } as const
    expect(await outcome(requirement, { kind: 'agent-token' })).toBe('401 person_token_required')
  })

  it('are checked before the account and after the approver', async () => {
    const wrong = { class: { provider: other }, account: 'ws-7' }
    expect(await outcome(wrong, old)).toBe('403 class_mismatch')
    const all = { ...wrong, mission: { approver: 'https://other-ps.example' } }
    expect(await outcome(all, old)).toBe('403 mission_mismatch')
  })
})

describe('the class policy of a route', () => {
  it.each<[ClassPolicy | undefined, known: string, foreign: string, unknown: string, person: string]>([
    [undefined, '200', '403 class_mismatch', '403 class_unverifiable', '403 class_unverifiable'],
    ['deny', '200', '403 class_mismatch', '403 class_unverifiable', '403 class_unverifiable'],
    ['mission-only', '200', '403 class_mismatch', '200', '200'],
    ['same-key', '200', '403 class_mismatch', '403 class_unverifiable', '403 class_unverifiable'],
    ['linked-key', '200', '403 class_mismatch', '403 class_unverifiable', '403 class_unverifiable'],
  ])(
    '%s: of the provider %s, of another %s, unknown %s, of a person token %s [CLASS-2, CLASS-3]',
    async (classPolicy, ...expected) => {
      const policy = classPolicy && { classPolicy }
      const person = { accept: 'person-token' } as const
      expect([
        await outcome({ class: { provider }, ...policy }, old),
        await outcome({ class: { provider: other }, ...policy }, old),
        await outcome({ class: { provider }, ...policy }, { mission: one }),
        await outcome({ class: { provider }, ...policy, ...person }, { kind: 'person-token', mission: one }),
      ]).toEqual(expected)
    },
  )

  it('has no effect when the route does not name a provider', async () => {
    expect(await outcome({ classPolicy: 'deny' }, {})).toBe('200')
    expect(await outcome({ classPolicy: 'deny' }, { generation: 'mission-header' })).toBe('200')
  })
})
