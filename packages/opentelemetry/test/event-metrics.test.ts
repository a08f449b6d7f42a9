import { makeWorld } from '@aauth-guard/fixtures/world'
import { telemetry } from '@aauth-guard/opentelemetry'
import { describe, expect, it } from 'vitest'
import { happenings } from './happenings.ts'
import { makeMeters } from './otel-scene.ts'

describe.each(happenings)('aauth.guard.%s', (metric, happening, attributes) => {
  it(`counts ${happening.type} with ${JSON.stringify(attributes)}`, async () => {
    const { provider, collect } = makeMeters()
    telemetry({ meterProvider: provider }).onEvent?.({ ...happening, time: 0, suppressed: 0 })
    expect(await collect()).toEqual({ [`aauth.guard.${metric}`]: [{ value: 1, attributes }] })
  })

  it('counts events that were not reported, without what is not known of them', async () => {
    const { provider, collect } = makeMeters()
    const { onEvent } = telemetry({ meterProvider: provider })
    onEvent?.({ ...happening, time: 0, suppressed: 0 })
    onEvent?.({ ...happening, time: 1000, suppressed: 40 })
    const series = (await collect())[`aauth.guard.${metric}`] ?? []
    expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(42)
    const unknown = Object.fromEntries(Object.keys(attributes).map((name) => [name, 'unreported']))
    expect(series.at(-1)?.attributes).toEqual(unknown)
  })
})

it('what a resource reports is counted: fetches, revocations, terminations, refused issuers, calls to stores', async () => {
  const { provider, collect } = makeMeters()
  const find = async (): Promise<undefined> => undefined
  const { agent, call, net, refusal, resource } = await makeWorld({
    trust: { agentProviders: [], personServers: ['https://ps.example'] },
    stores: { tombstones: { find, add: () => 'recorded' as const } },
  })
  resource.listen(telemetry({ meterProvider: provider }))
  const { s256 } = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
  await call(await agent.authToken({ mission: s256 }))
  await refusal(await agent.agentToken(), { requirement: { accept: 'agent-token' } })
  await resource.revoke({ iss: 'https://ps.example', jti: 'one', exp: net.clock.now() + 60 })
  await resource.missions.terminate({ approver: 'https://ps.example', s256 })
  const { decisions: _, ...others } = Object.fromEntries(
    Object.entries(await collect()).map(([name, series]) => [name.replace('aauth.guard.', ''), series]),
  )
  expect(others).toMatchObject({
    key_fetches: [{ attributes: { outcome: 'fetched' }, value: 1 }],
    issuers_refused: [{ attributes: {}, value: 1 }],
    tokens_revoked: [{ attributes: { learned_from: 'operator' }, value: 1 }],
    missions_terminated: [{ attributes: { learned_from: 'operator' }, value: 1 }],
    'store.duration': [{ attributes: { store: 'stores.tombstones', outcome: 'answered' } }],
  })
})

it('a call to a store is recorded in seconds, by its option and whether it was answered', async () => {
  const { provider, histogramOf, seriesOf } = makeMeters()
  const { onStoreCall } = telemetry({ meterProvider: provider })
  onStoreCall?.({ store: 'stores.revocations', outcome: 'failed', duration: 500 })
  expect(await seriesOf('aauth.guard.store.duration')).toEqual([
    [1, { store: 'stores.revocations', outcome: 'failed' }],
  ])
  expect((await histogramOf('aauth.guard.store.duration')).sum).toBe(0.5)
})

it('counters of rare events are exported as 0 before the first of them, so that its increase is seen', async () => {
  const { provider, all } = makeMeters()
  telemetry({ meterProvider: provider })
  const before = await all()
  for (const [metric, , attributes] of happenings)
    expect(before[`aauth.guard.${metric}`]).toContainEqual({ attributes, value: 0 })
  expect(before['aauth.guard.stale_decisions']).toEqual([{ attributes: { outcome: 'accepted' }, value: 0 }])
})
