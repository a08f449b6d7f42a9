import type { ResourceEvent } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { makeProcesses } from '../missions/processes.ts'
import { settled, terminated, type WatchedWorld } from '../missions/watched.ts'

function heardBy({ resource }: Pick<WatchedWorld, 'resource'>): ResourceEvent[] {
  const events: ResourceEvent[] = []
  resource.listen({ onEvent: (event) => events.push(event) })
  return events
}
const learned = (events: readonly ResourceEvent[]) =>
  events.flatMap((event) => ('learnedFrom' in event ? [[event.type, event.learnedFrom]] : []))

describe('what other processes report', () => {
  it('is heard as a termination, a revocation and a purge of the fleet', async () => {
    const { shared, processes } = await makeProcesses(2, { push: true })
    const [here, there] = processes as [WatchedWorld, WatchedWorld]
    await here.get()
    await there.get()
    const [ofHere, ofThere] = [heardBy(here), heardBy(there)]
    await here.resource.revoke(claimsOf(here.token))
    await here.resource.purgeIssuer('https://ps.example')
    await here.resource.missions.terminate(mission, 'completed')
    await settled()
    expect(learned(ofHere).filter(([, from]) => from === 'operator')).toEqual([
      ['aauth.token_revoked.v1', 'operator'],
      ['aauth.issuer_purged.v1', 'operator'],
      ['aauth.mission_terminated.v1', 'operator'],
    ])
    expect(learned(ofThere)).toEqual([
      ['aauth.token_revoked.v1', 'fleet'],
      ['aauth.issuer_purged.v1', 'fleet'],
      ['aauth.mission_terminated.v1', 'fleet'],
    ])
    expect(shared.listeners.revocations.size).toBeGreaterThan(0)
  })

  it('is heard of the shared store where no notice arrived', async () => {
    const { processes } = await makeProcesses(2, { push: false })
    const [here, there] = processes as [WatchedWorld, WatchedWorld]
    await here.resource.missions.terminate(mission, 'completed')
    const events = heardBy(there)
    expect(await there.get()).toBe('403 mission_terminated')
    expect(await there.get()).toBe('403 mission_terminated')
    expect(learned(events)).toEqual([['aauth.mission_terminated.v1', 'store']])
  })

  it('is heard of the source that was queried', async () => {
    const { processes, says } = await makeProcesses(1)
    const [here] = processes as [WatchedWorld]
    const events = heardBy(here)
    says(() => terminated)
    expect(await here.get()).toBe('403 mission_terminated')
    expect(learned(events)).toEqual([['aauth.mission_terminated.v1', 'source']])
  })
})

it('a token of an issuer that is not trusted is reported, clipped', async () => {
  const events: ResourceEvent[] = []
  const { agent, refusal } = await makeWorld({
    trust: { agentProviders: 'any', personServers: ['https://other.example'] },
    onEvent: (event) => events.push(event),
  })
  await refusal(await agent.authToken({ scope: 'access' }))
  expect(events).toMatchObject([
    { type: 'aauth.issuer_refused.v1', issuer: 'https://ps.example', kind: 'auth-token', suppressed: 0 },
  ])
})
