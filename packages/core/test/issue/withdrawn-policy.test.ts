import { challenged, notes } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { expect, it } from 'vitest'

it('each resource token is issued under the trust of its own request [R11-170]', async () => {
  let admitted = true
  const world = await makeWorld({
    ...notes,
    trust: { agentProviders: 'any', personServers: () => admitted },
  })
  const token = await world.agent.personToken()
  const first = await world.refusal(token, { requirement: { scope: 'notes.read' } })
  expect((await challenged(world.resource, first)).payload.scope).toBe('notes.read')
  admitted = false
  const second = await world.refusal(token, { requirement: { scope: 'notes.read' } })
  expect([second.code, second.headers['aauth-requirement']]).toEqual(['invalid_jwt', undefined])
})

it('an auth token is accepted without an agent token before it [R11-069]', async () => {
  const world = await makeWorld({ ...notes, trust: { personServers: ['https://ps.example'] } })
  const auth = await world.call(await world.agent.authToken({ scope: 'notes.read' }))
  expect([auth.type, world.net.fetches.filter(({ url }) => url.includes('agent.example'))]).toEqual([
    'auth-token',
    [],
  ])
})

it('a resource token is issued even if the resource publishes no metadata [R11-270]', async () => {
  const world = await makeWorld({ ...notes })
  const refused = await world.refusal(await world.agent.personToken(), {
    requirement: { scope: 'notes.read' },
  })
  expect((await challenged(world.resource, refused)).payload.iss).toBe('https://notes.example')
})
