import { askForToken, notes, verdict } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { expect, it } from 'vitest'

it('an insufficient agent token is reported before faults of the content [RT-17, R11-200]', async () => {
  const world = await makeWorld({ ...notes })
  const token = await world.agent.agentToken()
  expect(verdict(await askForToken(world, { token, body: { scope: 'notes.purge' } }))).toEqual([
    401,
    'person_token_required',
    'requirement=person-token',
  ])
})

it('a query does not change which endpoint is called [RT-17]', async () => {
  const world = await makeWorld({ ...notes })
  const { status } = await askForToken(world, { url: 'https://notes.example/aauth/authorize?from=docs' })
  expect(status).toBe(200)
})

it('a terminated mission is reported before faults of the content [MISS-9]', async () => {
  const world = await makeWorld({ ...notes })
  await world.resource.missions.terminate({ approver: 'https://ps.example', s256 })
  const token = await world.agent.personToken({ mission: s256 })
  const [status, code] = verdict(await askForToken(world, { token, body: { scope: 'notes.purge' } }))
  expect([status, code]).toEqual([403, 'mission_terminated'])
})
