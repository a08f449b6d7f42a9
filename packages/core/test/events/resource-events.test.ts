import type { ResourceEvent } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { expect, it } from 'vitest'

it('onEvent receives that the documents of an issuer were fetched, or why they could not be', async () => {
  const events: ResourceEvent[] = []
  const { agent, net, call } = await makeWorld({ onEvent: (event) => events.push(event) })
  await call(await agent.authToken({ scope: 'access' }))
  net.agentProvider.misbehave('not-found')
  await call(await agent.agentToken(), { requirement: { accept: 'agent-token' } }).catch(() => undefined)
  expect(events).toMatchObject([
    {
      type: 'aauth.keys_fetched.v1',
      issuer: 'https://ps.example',
      document: 'aauth-person.json',
      outcome: 'fetched',
    },
    { type: 'aauth.keys_fetched.v1', issuer: 'https://agent.example', outcome: 'failed' },
  ])
})

it('onEvent receives failures of a store, at most ten a second, and the number of the others', async () => {
  const events: ResourceEvent[] = []
  const find = () => {
    throw new Error('down')
  }
  const stores = { tombstones: { find, add: () => 'recorded' as const } }
  const { agent, net, call } = await makeWorld({
    stores,
    replay: 'off',
    onEvent: (event) => events.push(event),
  })
  const mission = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
  const token = await agent.authToken({ scope: 'access', mission: mission.s256 })
  for (let i = 0; i < 40; i++) await call(token).catch(() => undefined)
  const failures = events.filter((event) => event.type === 'aauth.store_failed.v1')
  expect(failures[0]).toMatchObject({ store: 'stores.tombstones', hint: expect.stringContaining('down') })
  // The second may turn while the requests come in.
  expect(failures.length).toBeLessThan(40)
})

it('a closed resource receives no more events of a store that others still use', async () => {
  const events: ResourceEvent[] = []
  const find = () => {
    throw new Error('down')
  }
  const stores = { tombstones: { find, add: () => 'recorded' as const } }
  const closed = await makeWorld({ stores, onEvent: (event) => events.push(event) })
  closed.resource.close()
  const { agent, net, call } = await makeWorld({ stores, replay: 'off' })
  const mission = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
  await call(await agent.authToken({ scope: 'access', mission: mission.s256 })).catch(() => undefined)
  expect(events).toEqual([])
})
