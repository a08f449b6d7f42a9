import type { ResourceHappening } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { telemetry } from '@aauth-guard/opentelemetry'
import { describe, expect, it } from 'vitest'
import { makeMeters } from './otel-scene.ts'

const issuer = 'https://chosen-by-a-caller.example'
const mission = { approver: issuer, s256: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }

const counted: readonly [metric: string, ResourceHappening, attributes: Record<string, string>][] = [
  [
    'key_fetches',
    { type: 'aauth.keys_fetched.v1', issuer, document: 'aauth-person.json', outcome: 'failed', hint: 'x' },
    { outcome: 'failed' },
  ],
  [
    'store_failures',
    { type: 'aauth.store_failed.v1', store: 'stores.revocations', hint: 'x' },
    { store: 'stores.revocations' },
  ],
  [
    'circuit_changes',
    { type: 'aauth.circuit_changed.v1', subject: 'stores.replays', state: 'open' },
    { subject: 'stores.replays', state: 'open' },
  ],
  [
    'circuit_changes',
    { type: 'aauth.circuit_changed.v1', subject: issuer, state: 'closed' },
    { subject: 'person_server', state: 'closed' },
  ],
  [
    'missions_terminated',
    { type: 'aauth.mission_terminated.v1', mission, reason: 'x', learnedFrom: 'announcement' },
    { learned_from: 'announcement' },
  ],
  [
    'tokens_revoked',
    { type: 'aauth.token_revoked.v1', issuer, jti: 'x', learnedFrom: 'issuer' },
    { learned_from: 'issuer' },
  ],
  [
    'issuers_purged',
    { type: 'aauth.issuer_purged.v1', issuer, learnedFrom: 'operator' },
    { learned_from: 'operator' },
  ],
  ['issuers_refused', { type: 'aauth.issuer_refused.v1', issuer, kind: 'agent-token' }, {}],
  ['discoveries_limited', { type: 'aauth.discovery_limited.v1', issuer }, {}],
]

describe.each(counted)('aauth.guard.%s', (metric, happening, attributes) => {
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
