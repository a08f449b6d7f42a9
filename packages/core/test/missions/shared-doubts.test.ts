import type { MissionAnswer } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { makeProcesses, until } from './processes.ts'
import { active, down, gate, granted, settled, terminated, type WatchedWorld } from './watched.ts'

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})

const ps = 'https://ps.example'
const named = { ...mission, listed: false }

/** Two processes that know the mission as active, each by a token of its own. They hear nothing of each other. */
async function makeKnown(watching = {}) {
  const fleet = await makeProcesses(2, { watching })
  const [here, there] = fleet.processes as [WatchedWorld, WatchedWorld]
  const second = await here.agent.authToken(granted({ claims: { jti: 'second' } }))
  expect([await here.post(), await there.post({ token: second })]).toEqual(['200', '200'])
  expect(fleet.asked()).toEqual([1, 0])
  return {
    ...fleet,
    here,
    there,
    /** The other process learns that a token was revoked, so the mission may be terminated. */
    suspect: () => there.resource.revoke(claimsOf(second)),
  }
}

describe('a termination that one process suspects', () => {
  it('has the mission queried again, for all [MISS-9]', async () => {
    const { here, says, suspect, asked } = await makeKnown()
    says(() => terminated)
    await suspect()
    await settled()
    expect(await here.post()).toBe('403 mission_terminated')
    expect(asked()).toEqual([1, 1])
  })

  it('leaves it active for all if the source says so', async () => {
    const { here, suspect, asked } = await makeKnown()
    await suspect()
    await settled()
    expect(await here.post()).toBe('200')
    expect(asked()).toEqual([1, 1])
  })

  it('leaves no answer that safe methods could use while the source fails [MISS-9]', async () => {
    const { here, says, suspect } = await makeKnown()
    says(down)
    await suspect()
    await settled()
    expect(await here.get()).toMatch(/^503 server_error/)
  })

  /** One process has queried the source, which answers after the other one has suspected the termination. */
  async function makeOvertaken() {
    const fleet = await makeKnown()
    const { here, there, pass, suspect } = fleet
    pass(31)
    const [before, after] = [gate<MissionAnswer>(), gate<MissionAnswer>()]
    here.says(() => before.promise)
    there.says(() => after.promise)
    const asked = here.nextAsked()
    const waiting = here.post()
    await asked
    await suspect()
    await until(() => there.asked.length === 1)
    const arrive = async (): Promise<void> => {
      before.open(active)
      await waiting
    }
    return { ...fleet, after, arrive, known: () => fleet.shared.memories.statuses.get(named) }
  }

  it('makes an answer void that was queried before, even if it arrives last [MISS-9]', async () => {
    const { here, after, arrive, known } = await makeOvertaken()
    after.fail(new Error('down'))
    await settled()
    await arrive()
    expect(known()).toMatchObject({ freshFor: 0, staleFor: 0 })
    expect(await here.get()).toMatch(/^503 server_error/)
  })

  it('makes it void even if the newer query is still under way [MISS-9]', async () => {
    const { here, after, arrive, known } = await makeOvertaken()
    await arrive()
    expect(known()).toBeUndefined()
    after.open(terminated)
    await settled()
    expect(await here.post()).toBe('403 mission_terminated')
  })
})

describe('an answer that is no longer fresh', () => {
  it('lets safe methods pass in every process while the source fails, and no others', async () => {
    const { here, there, says, pass, asked } = await makeKnown()
    says(down)
    pass(31)
    expect([await here.get(), await there.get(), await there.post()]).toEqual([
      '200',
      '200',
      '503 server_error 3',
    ])
    expect(asked()).toEqual([2, 0])
  })

  it('does so for maxStale, and a second less', async () => {
    const { there, says, pass } = await makeKnown({ maxStale: 60 })
    says(down)
    pass(58)
    expect(await there.get()).toBe('200')
    pass(1)
    expect(await there.get()).toMatch(/^503 server_error/)
  })
})

describe('the purge of a person server', () => {
  /** Two processes that know the mission by a token of the access server, which outlives the purge. */
  async function makeIssued() {
    const options = () => ({ accessServer: 'https://as.example' })
    const fleet = await makeProcesses(2, { options })
    const [here, there] = fleet.processes as [WatchedWorld, WatchedWorld]
    const token = await here.agent.authToken(granted(), here.net.accessServer)
    expect([await here.post({ token }), await there.post({ token })]).toEqual(['200', '200'])
    return { ...fleet, here, there, token }
  }

  it('has the status of its missions queried again by the other process, for all [MISS-9]', async () => {
    const { here, there, token, pass, asked } = await makeIssued()
    await here.resource.purgeIssuer(ps)
    // A status from the second of the purge does not count.
    pass(1)
    expect([await there.post({ token }), await here.post({ token })]).toEqual(['200', '200'])
    expect(asked()).toEqual([1, 1])
  })

  it('leaves no status that safe methods could use while the source fails [MISS-9]', async () => {
    const { here, there, says, token } = await makeIssued()
    await here.resource.purgeIssuer(ps)
    says(down)
    expect(await there.get({ token })).toBe('503 server_error 3')
  })
})

describe('a person server that only some processes trust', () => {
  /** The second process does not trust the person server that approved the mission. */
  async function makeSplit() {
    const trust = (index: number) =>
      ({ agentProviders: 'any', personServers: [index === 0 ? ps : 'https://other.example'] }) as const
    const fleet = await makeProcesses(2, {
      options: (index) => ({ accessServer: 'https://as.example', trust: trust(index) }),
    })
    const [here, there] = fleet.processes as [WatchedWorld, WatchedWorld]
    const token = await here.agent.authToken(granted(), here.net.accessServer)
    return { ...fleet, here, there, token }
  }

  it('does not answer for the others: a status that another process found does not count', async () => {
    const { here, there, token } = await makeSplit()
    expect(await here.post({ token })).toBe('200')
    expect(await there.post({ token })).toBe('503 server_error 3')
    expect(await there.get({ token })).toBe('503 server_error 3')
  })

  it('is queried by those that trust it, whatever the others do', async () => {
    const { here, there, token } = await makeSplit()
    expect(await there.post({ token })).toBe('503 server_error 3')
    expect(await here.post({ token })).toBe('200')
  })
})
