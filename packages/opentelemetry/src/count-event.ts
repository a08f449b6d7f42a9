import type { ResourceEvent } from '@aauth-guard/core'
import type { Attributes, Counter } from '@opentelemetry/api'
import type { Instruments } from './instruments.ts'

/** What is known of an event that was counted and not reported: its type, and nothing that tells it from others. */
const unreported = 'unreported'

/** Counts an event, and those of its type that were not reported since the one before. */
export function countEvent(instruments: Instruments, event: ResourceEvent): void {
  const [counter, attributes] = countedAs(instruments, event)
  counter.add(1, attributes)
  if (event.suppressed === 0) return
  const names = Object.keys(attributes)
  counter.add(event.suppressed, Object.fromEntries(names.map((name) => [name, unreported])))
}

/** No issuer, mission or token is named: callers choose them, so the number of series would have no bound. */
function countedAs(instruments: Instruments, event: ResourceEvent): [Counter, Attributes] {
  switch (event.type) {
    case 'aauth.keys_fetched.v1':
      return [instruments.keyFetches, { outcome: event.outcome }]
    case 'aauth.store_failed.v1':
      return [instruments.storeFailures, { store: event.store }]
    case 'aauth.circuit_changed.v1':
      return [instruments.circuitChanges, { subject: subjectOf(event.subject), state: event.state }]
    case 'aauth.mission_terminated.v1':
      return [instruments.missionsTerminated, { learned_from: event.learnedFrom }]
    case 'aauth.token_revoked.v1':
      return [instruments.tokensRevoked, { learned_from: event.learnedFrom }]
    case 'aauth.issuer_purged.v1':
      return [instruments.issuersPurged, { learned_from: event.learnedFrom }]
    case 'aauth.issuer_refused.v1':
      return [instruments.issuersRefused, {}]
    case 'aauth.discovery_limited.v1':
      return [instruments.discoveriesLimited, {}]
    case 'aauth.held_call_unknown.v1':
      return [instruments.heldCallsUnknown, {}]
  }
}

/** The option of a store. A person server is one word for all of them, since tokens choose it. */
function subjectOf(subject: string): string {
  return subject.startsWith('stores.') ? subject : 'person_server'
}
