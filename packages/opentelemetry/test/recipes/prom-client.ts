import type { ResourceEvent, ResourceListeners } from '@aauth-guard/core'
import { Counter, Histogram, type Registry } from 'prom-client'

const buckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]
const stores = ['tombstones', 'revocations', 'replays', 'links', 'statuses', 'records'].map(
  (name) => `stores.${name}`,
)
const revocationSources = ['operator', 'issuer', 'fleet']
const terminationSources = ['operator', 'response', 'announcement', 'source', 'fleet', 'store']

/** The metrics of `@aauth-guard/opentelemetry`, under the same names. */
export function promClient(registry: Registry): ResourceListeners {
  const registers = [registry]
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `aauth_guard_${name}_total`, help, labelNames, registers })
  const histogram = (name: string, help: string, ...labelNames: string[]) =>
    new Histogram({ name: `aauth_guard_${name}_seconds`, help, buckets, labelNames, registers })

  const decisions = counter('decisions', 'Decisions', 'outcome', 'error_type', 'http_route', 'token_kind')
  const staleDecisions = counter('stale_decisions', 'Decisions by old answers of a store', 'outcome')
  const duration = histogram('duration', 'Time of decisions', 'outcome', 'http_route')
  const storeDuration = histogram('store_duration', 'Time of calls to stores', 'store', 'outcome')
  const keyFetches = counter('key_fetches', 'Fetches of the documents of issuers', 'outcome')
  const storeFailures = counter('store_failures', 'Failures of stores', 'store')
  const circuitChanges = counter('circuit_changes', 'Calls suspended or resumed', 'subject', 'state')
  const terminations = counter('missions_terminated', 'Terminations learned', 'learned_from')
  const revocations = counter('tokens_revoked', 'Revocations learned', 'learned_from')
  const purges = counter('issuers_purged', 'Purges learned', 'learned_from')
  const issuersRefused = counter('issuers_refused', 'Tokens of issuers that are not trusted')
  const discoveriesLimited = counter('discoveries_limited', 'Requests over the budget for unlisted issuers')
  const heldCallsUnknown = counter('held_calls_unknown', 'Held calls whose outcome is unknown')

  // Prometheus sees an increase only in a series that exists, so counters of rare events begin at 0.
  staleDecisions.inc({ outcome: 'accepted' }, 0)
  for (const outcome of ['fetched', 'failed']) keyFetches.inc({ outcome }, 0)
  for (const store of stores) storeFailures.inc({ store }, 0)
  for (const subject of [...stores, 'person_server'])
    for (const state of ['open', 'closed']) circuitChanges.inc({ subject, state }, 0)
  for (const learned_from of terminationSources) terminations.inc({ learned_from }, 0)
  for (const learned_from of revocationSources)
    for (const all of [revocations, purges]) all.inc({ learned_from }, 0)

  // Callers choose issuers, agents, missions, paths and hints. None of them may be a label.
  const countedAs = (event: ResourceEvent): [Counter, Record<string, string>] => {
    switch (event.type) {
      case 'aauth.keys_fetched.v1':
        return [keyFetches, { outcome: event.outcome }]
      case 'aauth.store_failed.v1':
        return [storeFailures, { store: event.store }]
      case 'aauth.circuit_changed.v1': {
        const subject = event.subject.startsWith('stores.') ? event.subject : 'person_server'
        return [circuitChanges, { subject, state: event.state }]
      }
      case 'aauth.mission_terminated.v1':
        return [terminations, { learned_from: event.learnedFrom }]
      case 'aauth.token_revoked.v1':
        return [revocations, { learned_from: event.learnedFrom }]
      case 'aauth.issuer_purged.v1':
        return [purges, { learned_from: event.learnedFrom }]
      case 'aauth.issuer_refused.v1':
        return [issuersRefused, {}]
      case 'aauth.discovery_limited.v1':
        return [discoveriesLimited, {}]
      case 'aauth.held_call_unknown.v1':
        return [heldCallsUnknown, {}]
    }
  }

  return {
    onDecision({ outcome, code, requirement, kind, stale, duration: measured }) {
      const route = requirement !== undefined && { http_route: requirement }
      const why = code !== undefined && { error_type: code }
      decisions.inc({ outcome, ...why, ...route, ...(kind !== undefined && { token_kind: kind }) })
      if (stale) staleDecisions.inc({ outcome })
      if (measured.total !== undefined) duration.observe({ outcome, ...route }, measured.total / 1000)
    },
    onEvent(event) {
      const [counted, labels] = countedAs(event)
      counted.inc(labels)
      const names = Object.keys(labels)
      const unreported = Object.fromEntries(names.map((name) => [name, 'unreported']))
      if (event.suppressed > 0) counted.inc(unreported, event.suppressed)
    },
    onStoreCall({ store, outcome, duration: measured }) {
      storeDuration.observe({ store, outcome }, measured / 1000)
    },
  }
}
