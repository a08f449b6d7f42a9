import type { Counter, Histogram, MeterProvider } from '@opentelemetry/api'

/** Everything that is measured. */
export interface Instruments {
  readonly decisions: Counter
  readonly duration: Histogram
  readonly staleDecisions: Counter
  readonly keyFetches: Counter
  readonly storeDuration: Histogram
  readonly storeFailures: Counter
  readonly circuitChanges: Counter
  readonly missionsTerminated: Counter
  readonly tokensRevoked: Counter
  readonly issuersPurged: Counter
  readonly issuersRefused: Counter
  readonly discoveriesLimited: Counter
}

/**
 * Seconds. A known token takes a fraction of a millisecond, a fetch tens of them, and `limits.requestDeadline` is 5 s unless
 * the operator sets it otherwise.
 */
const decisionBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** Seconds. A call to a store is given up after one. */
const storeBuckets = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

/** The meter of this package, in whatever registers it. */
export function createInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter('@aauth-guard/opentelemetry')
  const counter = (name: string, unit: string, description: string): Counter =>
    meter.createCounter(`aauth.guard.${name}`, { unit, description })
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]): Histogram =>
    meter.createHistogram(`aauth.guard.${name}`, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries },
    })
  return {
    decisions: counter('decisions', '{decision}', 'Decisions about requests'),
    duration: histogram('duration', 'How long decisions about requests took', decisionBuckets),
    staleDecisions: counter(
      'stale_decisions',
      '{decision}',
      'Decisions by the last answer of a store that did not answer',
    ),
    keyFetches: counter('key_fetches', '{fetch}', 'Fetches of the documents of issuers'),
    storeDuration: histogram('store.duration', 'How long calls to stores took', storeBuckets),
    storeFailures: counter('store_failures', '{failure}', 'Failures of stores and of their subscriptions'),
    circuitChanges: counter('circuit_changes', '{change}', 'Calls were suspended after failures, or resumed'),
    missionsTerminated: counter('missions_terminated', '{mission}', 'Terminations that this process learned'),
    tokensRevoked: counter('tokens_revoked', '{token}', 'Revocations that this process learned'),
    issuersPurged: counter('issuers_purged', '{issuer}', 'Purges of issuers that this process learned'),
    issuersRefused: counter(
      'issuers_refused',
      '{token}',
      'Tokens refused because their issuer is not trusted',
    ),
    discoveriesLimited: counter(
      'discoveries_limited',
      '{request}',
      'Requests refused because too many unlisted issuers were being fetched',
    ),
  }
}
