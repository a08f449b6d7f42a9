import type { DecisionEvent } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type TelemetryOptions, telemetry } from '@aauth-guard/opentelemetry'
import { metrics } from '@opentelemetry/api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeMeters } from './otel-scene.ts'

const named = { name: 'notes.read' } as const

it('each decision is counted by outcome, code, route and kind of token', async () => {
  const { provider, seriesOf } = makeMeters()
  const { agent, call, refusal, resource } = await makeWorld()
  resource.listen(telemetry({ meterProvider: provider }))
  const token = await agent.authToken()
  await call(token, { requirement: named })
  await call(token, { requirement: named })
  await call(token)
  await refusal(token, { requirement: named, mistake: 'stale' })
  await refusal(await agent.agentToken(), { requirement: named })
  await refusal(token, { requirement: { ...named, check: () => Promise.reject(new Error('away')) } })
  const route = { 'http.route': 'notes.read' }
  const kind = { 'token.kind': 'auth-token' }
  expect(await seriesOf('aauth.guard.decisions')).toEqual([
    [2, { outcome: 'accepted', ...route, ...kind }],
    [1, { outcome: 'accepted', ...kind }],
    [1, { outcome: 'refused', 'error.type': 'invalid_signature', ...route }],
    [
      1,
      { outcome: 'challenged', 'error.type': 'person_token_required', ...route, 'token.kind': 'agent-token' },
    ],
    [1, { outcome: 'failed', 'error.type': 'server_error', ...route, ...kind }],
  ])
})

it('durations are recorded in seconds, in buckets from 0.1 ms to 10 s', async () => {
  const { provider, histogramOf, seriesOf } = makeMeters()
  const { agent, call, resource } = await makeWorld()
  const totals: number[] = []
  resource.listen(telemetry({ meterProvider: provider }))
  resource.listen({ onDecision: ({ duration }: DecisionEvent) => totals.push(duration.total as number) })
  const token = await agent.authToken()
  for (let i = 0; i < 3; i++) await call(token, { requirement: named })
  const { sum, buckets } = await histogramOf('aauth.guard.duration')
  expect(await seriesOf('aauth.guard.duration')).toEqual([
    [3, { outcome: 'accepted', 'http.route': 'notes.read' }],
  ])
  expect(sum).toBeCloseTo(totals.reduce((one, other) => one + other) / 1000, 9)
  expect([buckets.boundaries.length, buckets.boundaries.at(0), buckets.boundaries.at(-1)]).toEqual([
    16, 0.0001, 10,
  ])
})

it('a decision by the last answer of a store is counted apart', async () => {
  const { provider, collect, seriesOf } = makeMeters()
  const { onDecision } = telemetry({ meterProvider: provider })
  const decided = { outcome: 'accepted', duration: {} } as DecisionEvent
  onDecision?.({ ...decided, stale: true }, undefined, () => undefined)
  onDecision?.(decided, undefined, () => undefined)
  expect(await seriesOf('aauth.guard.stale_decisions')).toEqual([[1, { outcome: 'accepted' }]])
  // Nothing was measured.
  expect((await collect())['aauth.guard.duration']).toBeUndefined()
})

it('an SDK that is registered after the listeners were added receives what follows', async () => {
  const { agent, call, resource } = await makeWorld()
  resource.listen(telemetry())
  const token = await agent.authToken()
  await call(token)
  const meters = makeMeters()
  metrics.setGlobalMeterProvider(meters.provider)
  onTestFinished(() => metrics.disable())
  await call(token)
  await call(token)
  expect((await meters.seriesOf('aauth.guard.decisions')).map(([value]) => value)).toEqual([2])
})

it('several resources are counted together, and one that stops is counted no longer', async () => {
  const { provider, seriesOf } = makeMeters()
  const one = await makeWorld()
  const other = await makeWorld()
  const stop = one.resource.listen(telemetry({ meterProvider: provider }))
  other.resource.listen(telemetry({ meterProvider: provider }))
  for (const { agent, call } of [one, other]) await call(await agent.authToken())
  stop()
  for (const { agent, call } of [one, other]) await call(await agent.authToken())
  expect((await seriesOf('aauth.guard.decisions')).map(([value]) => value)).toEqual([3])
})

describe('telemetry() throws at once', () => {
  it.each<[string, unknown, string]>([
    ['for something that is not an object', 'all', 'telemetry takes an object'],
    [
      'for an unknown option',
      { identiy: true },
      'telemetry has no option "identiy": identity, meterProvider',
    ],
    ['for an "identity" that is not a boolean', { identity: 'yes' }, '"identity" must be true or false'],
    [
      'for a "meterProvider" without meters',
      { meterProvider: {} },
      '"meterProvider" must have a function "getMeter": pass a MeterProvider of OpenTelemetry',
    ],
  ])('%s', (_title, options, message) => {
    expect(() => telemetry(options as TelemetryOptions)).toThrow(new TypeError(message))
  })
})
