import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { AAuthError } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/express'
import { noPrometheus, type PrometheusServer, startPrometheus } from '@aauth-guard/fixtures/prometheus-server'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { telemetry } from '@aauth-guard/opentelemetry'
import { type AgentMistake, makeKey } from '@aauth-guard/testing'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alertNames, alertsYaml, dashboard } from './published-files.ts'

interface Rule {
  readonly name: string
  readonly query: string
}
interface Alert {
  readonly labels: { readonly alertname: string }
}
interface Sample {
  readonly value: readonly [time: number, value: string]
}

/** What is not caused here, since it takes minutes or an issuer that nobody reaches; promtool proves those rules. */
const notCaused = [
  'AAuthDecisionsSlow',
  'AAuthStoreSlow',
  'AAuthNoKeysFetched',
  'AAuthMissionStatusSuspended',
]

describe.skipIf(noPrometheus)(`a real Prometheus that scrapes a guarded API ${noPrometheus ?? ''}`, () => {
  let api: Api
  let prometheus: PrometheusServer
  beforeAll(async () => {
    api = await startApi()
    // Alerts fire as soon as their expressions are true.
    prometheus = await startPrometheus({
      targets: [api.metrics],
      rules: alertsYaml.replaceAll(/^ +for: .+\n/gm, ''),
    })
  }, 120_000)
  afterAll(async () => {
    await prometheus?.close()
    await api?.close()
  })

  it('fires the alerts for what they name', async () => {
    const wanted = alertNames.filter((name) => !notCaused.includes(name)).sort()
    let firing: string[] = []
    // Each round makes its decisions again, since a rate needs a series that grows between two scrapes.
    for (let round = 0; round < 40 && !wanted.every((name) => firing.includes(name)); round++) {
      await api.callInEveryWay(round % 8 >= 4)
      await setTimeout(500)
      const { alerts } = (await prometheus.get('alerts')) as { alerts: Alert[] }
      firing = [...new Set(alerts.map(({ labels }) => labels.alertname))].sort()
    }
    expect(firing).toEqual(wanted)
  }, 300_000)

  it('has data for every side of every alert', async () => {
    const { groups } = (await prometheus.get('rules')) as { groups: { rules: Rule[] }[] }
    const rules = groups.flatMap((group) => group.rules)
    expect(rules.map(({ name }) => name)).toEqual(alertNames)
    for (const { query } of rules)
      for (const compared of query.split(/\sand\s/)) {
        const side = compared.replace(/ (?:>|==) [\d.]+\s*$/, '')
        expect(side, query).not.toBe(compared)
        expect(await valuesOf(prometheus, side), side).not.toEqual([])
      }
  })

  it('has data for every query of the dashboard', async () => {
    const targets = dashboard.panels.flatMap(({ targets = [] }) => targets)
    expect(targets.length).toBeGreaterThan(20)
    for (const { expr } of targets) {
      const query = expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(?:job|instance)/g, '.*')
      const values = await valuesOf(prometheus, query)
      expect(values, expr).not.toEqual([])
      expect(
        values.every((value) => Number.isFinite(value)),
        expr,
      ).toBe(true)
    }
  })

  it('has the values that the variables of the dashboard offer', async () => {
    expect(await prometheus.get('label/job/values', { 'match[]': 'aauth_guard_decisions_total' })).toEqual([
      'api',
    ])
  })

  it('has nothing that a caller chose in any label', async () => {
    const series = (await prometheus.get('series', { 'match[]': '{__name__=~"aauth_.+"}' })) as object[]
    const text = JSON.stringify(series)
    for (const chosen of ['agent.example', 'ps.example', 'planner', '/notes', 'unlisted'])
      expect(text).not.toContain(chosen)
  })
})

/** The values of an instant query. */
async function valuesOf(prometheus: PrometheusServer, query: string): Promise<number[]> {
  const { result } = (await prometheus.get('query', { query })) as { result: Sample[] }
  return result.map(({ value: [, value] }) => Number(value))
}

interface Api {
  /** `HOST:PORT` of its metrics. */
  readonly metrics: string
  /** Makes decisions of each kind, and each event that is not one. */
  callInEveryWay(isStoreDown: boolean): Promise<void>
  close(): Promise<void>
}

/** An API on Express, with the exporter of Prometheus beside it. */
async function startApi(): Promise<Api> {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const listeners = telemetry({ meterProvider: new MeterProvider({ readers: [exporter] }) })
  let isStoreDown = false
  const answer = async <T>(value: T): Promise<T> => {
    if (isStoreDown) throw new Error('connection refused')
    return value
  }
  const world = await makeWorld({
    log: 'off',
    replay: 'off',
    staleReads: 60,
    stores: { tombstones: { find: () => answer(undefined), add: () => answer('recorded' as const) } },
    trust: { agentProviders: 'any', personServers: ['https://ps.example', 'https://wrong.example'] },
  })
  world.resource.listen(listeners)
  await world.net.listen(appOf(world))
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const callers = await makeCallers(world)
  return {
    metrics: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async callInEveryWay(isDown) {
      isStoreDown = isDown
      await callers()
    },
    async close() {
      server.close()
      server.closeAllConnections()
      world.resource.close()
      await world.net.close()
    },
  }
}

function appOf({ resource }: World): express.Express {
  const app = express()
  app.use(wellKnown(resource))
  const served: express.RequestHandler = (_req, res) => void res.json({})
  const limited = (): never => {
    throw new AAuthError('rate_limited', { retryAfter: 1 })
  }
  const away = (): never => {
    throw new Error('the database is away')
  }
  app.get('/notes', protect(resource, { name: 'notes.read' }), served)
  app.get('/agents', protect(resource, { name: 'agents', accept: 'agent-token' }), served)
  app.get('/missions', protect(resource, { name: 'missions', mission: 'required' }), served)
  app.get('/limited', protect(resource, { name: 'limited', check: limited }), served)
  app.get('/away', protect(resource, { name: 'away', check: away }), served)
  return app
}

/** Callers of every kind, with what issuers and operators tell between their calls. */
async function makeCallers({ agent, net, resource }: World): Promise<() => Promise<void>> {
  const person = net.personServer
  const { s256 } = await person.missions.begin(agent, { description: 'Sort notes' })
  const wrong = await net.issuer('person-server', 'https://wrong.example')
  wrong.misbehave('other-issuer')
  const unlisted = await net.issuer('person-server', 'https://unlisted.example')
  const tokens = {
    plain: await agent.authToken(),
    agent: await agent.agentToken(),
    mission: await agent.authToken({ mission: s256 }),
    revoked: await agent.authToken({ claims: { jti: 'revoked' } }),
    wrong: await agent.authToken({}, wrong),
    unknown: await agent.authToken({ key: await makeKey('unknown', 'unknown', 'Ed25519') }),
    unlisted: await agent.authToken({}, unlisted),
  }
  const call = async (path: string, token: string, mistake?: AgentMistake): Promise<void> => {
    const response = await agent.fetch(`${net.resource}${path}`, {}, { token, ...(mistake && { mistake }) })
    await response.arrayBuffer()
  }
  await resource.revoke({ iss: person.id, jti: 'revoked', exp: net.clock.now() + 600 })
  const calls: readonly (readonly [count: number, path: string, token: string, mistake?: AgentMistake])[] = [
    [2, '/notes', tokens.plain],
    [2, '/notes', tokens.agent],
    [2, '/agents', tokens.agent],
    [2, '/missions', tokens.mission],
    [10, '/missions', tokens.plain],
    [3, '/notes', tokens.revoked],
    [3, '/limited', tokens.plain],
    [3, '/away', tokens.plain],
    [3, '/notes', tokens.wrong],
    [3, '/notes', tokens.unknown],
    [10, '/notes', tokens.unlisted],
    [6, '/notes', tokens.plain, 'future'],
    [60, '/notes', tokens.plain, 'stale'],
  ]
  let told = 0
  return async () => {
    for (const [count, ...one] of calls) await Promise.all(Array.from({ length: count }, () => call(...one)))
    for (let i = 0; i < 8; i++) {
      told += 1
      const ended = Buffer.alloc(32, `${told}`).toString('base64url')
      await resource.revoke({ iss: person.id, jti: `${told}`, exp: net.clock.now() + 600 })
      // It rejects while the store is down.
      await resource.missions
        .terminate({ approver: 'https://other.example', s256: ended })
        .catch(() => undefined)
    }
    await resource.purgeIssuer('https://other.example')
    // Each names another issuer, of which all but the first cannot be reached.
    for (let i = 0; i < 8; i++) {
      const provider = await net.issuer('agent-provider', `https://unlisted-${told}-${i}.example`)
      if (i > 0) provider.misbehave('not-found')
      await call('/agents', await (await net.agent({ provider })).agentToken())
    }
  }
}
