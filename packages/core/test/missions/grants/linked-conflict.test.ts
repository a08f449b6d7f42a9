import { mayResume } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { found, grantOf, newer, policies, provider } from './kept-grant.ts'
import { makeFleet, one } from './runtimes.ts'

const other = 'https://other-agent.example'
const mismatch = '403 class_mismatch'
const claimed = {
  generation: 'mission-header',
  mission: one,
  claims: { agent: `aauth:planner@agent.example` },
}

/** A runtime whose key the other provider vouched for recently. */
async function linkedRuntime() {
  const fleet = await makeFleet({ linkedKeys: 300 })
  const runtime = await fleet.runtime('second', fleet.otherProvider)
  await fleet.auth(runtime, { kind: 'agent-token' })
  return { fleet, runtime }
}

describe('a key that another agent provider vouched for', () => {
  it.each(policies)(
    'is refused on a route of the class that the person server names, under %s [CLASS-3]',
    async (classPolicy) => {
      const { fleet, runtime } = await linkedRuntime()
      const requirement = { class: { provider: [provider, other] }, classPolicy }
      expect(await fleet.outcome(runtime, { ...claimed, requirement } as never)).toBe(mismatch)
    },
  )

  it.each(policies)(
    'is refused with a token of draft 11 on a route of a class, under %s [CLASS-3]',
    async (classPolicy) => {
      const { fleet, runtime } = await linkedRuntime()
      const requirement = { class: { provider }, classPolicy }
      expect(await fleet.outcome(runtime, { mission: one, requirement })).toBe(mismatch)
    },
  )

  it('resumes no grant of the class, in either generation and under every policy [CLASS-3]', async () => {
    const { fleet, runtime } = await linkedRuntime()
    const all = policies.map(() => 'class_mismatch')
    expect(found(grantOf(), await fleet.auth(runtime, { ...claimed, sub: 'person-1' } as never))).toEqual(all)
    const eleven = await fleet.auth(runtime, { mission: one })
    expect(found(grantOf({ ...newer, class: { provider } }), eleven)).toEqual(all)
  })

  it('is accepted when no class and no grant is compared', async () => {
    const { fleet, runtime } = await linkedRuntime()
    expect(await fleet.outcome(runtime, claimed as never)).toBe('200')
  })

  it('has the class of its link when token and link agree [CLASS-1]', async () => {
    const { fleet, runtime } = await linkedRuntime()
    const auth = await fleet.auth(runtime, { generation: 'mission-header', mission: one })
    expect(mayResume(grantOf({ class: { provider: other } }), auth)).toBe('match')
  })
})
