import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { DecisionEvent, ResourceListeners } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { telemetry } from '@aauth-guard/opentelemetry'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { happenings } from './happenings.ts'
import { promClient } from './recipes/prom-client.ts'

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

it('the page on observing shows the recipe for prom-client as it was tested', () => {
  expect(textOf('../../../docs/operate/observe.md')).toContain(
    `\`\`\`ts\n${textOf('./recipes/prom-client.ts')}\`\`\``,
  )
})

it('the recipe exports the same series and values as the exporter of OpenTelemetry', async () => {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ readers: [exporter] })
  const registry = new Registry()
  const both = [telemetry({ meterProvider }), promClient(registry)]
  const { agent, call, refusal, resource } = await makeWorld({
    stores: { tombstones: { find: async () => undefined, add: () => 'recorded' as const } },
  })
  for (const listeners of both) resource.listen(listeners)
  const token = await agent.authToken()
  const requirement = { name: 'notes.read' }
  await call(token)
  await call(token, { requirement })
  await refusal(token, { requirement, mistake: 'stale' })
  for (const listeners of both) tell(listeners)

  const exported = linesOf(await pageOf(exporter))
  expect(exported.length).toBeGreaterThan(60)
  expect(linesOf(await registry.metrics())).toEqual(exported)
})

function tell({ onDecision, onEvent, onStoreCall }: ResourceListeners): void {
  for (const [, happening] of happenings)
    for (const suppressed of [0, 7]) onEvent?.({ ...happening, time: 0, suppressed })
  onStoreCall?.({ store: 'stores.revocations', outcome: 'failed', duration: 1000 })
  const stale = { outcome: 'accepted', stale: true, duration: {} } as DecisionEvent
  onDecision?.(stale, undefined, () => undefined)
}

/** What the exporter answers to a scrape. */
async function pageOf(exporter: PrometheusExporter): Promise<string> {
  const { createServer } = await import('node:http')
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port')
  const answer = await fetch(`http://127.0.0.1:${address.port}/metrics`)
  const page = await answer.text()
  server.close()
  server.closeAllConnections()
  return page
}

/** Series with their values: without comments, the scope that one adds and the unit that the other adds to names. */
function linesOf(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('aauth_guard_'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      const named = labels.split(',').filter((label) => label !== '' && !label.startsWith('otel_scope_'))
      return `${name.replace('_seconds', '')}{${named.sort().join(',')}} ${Number(value).toPrecision(9)}`
    })
    .sort()
}
