import type { RevokedBy, Stores, TerminationSource } from '@aauth-guard/core'
import type { Attributes, Counter, Histogram, MeterProvider } from '@opentelemetry/api'

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
  readonly heldCallsUnknown: Counter
}

/**
 * Seconds. A known token takes a fraction of a millisecond, a fetch tens of them. A call to a store is given up after 1 s,
 * and a request after `limits.requestDeadline`, which is 5 s unless the operator sets it otherwise.
 */
const explicitBucketBoundaries = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** The instruments of this package in an SDK. Counters of rare events begin at 0: an increase is seen only in a series that exists. */
export function createInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter('@aauth-guard/opentelemetry')
  const counter = (
    name: string,
    unit: string,
    description: string,
    initial: readonly Attributes[] = [],
  ): Counter => {
    const created = meter.createCounter(`aauth.guard.${name}`, { unit, description })
    for (const attributes of initial) created.add(0, attributes)
    return created
  }
  const histogram = (name: string, description: string): Histogram =>
    meter.createHistogram(`aauth.guard.${name}`, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries },
    })
  return {
    decisions: counter('decisions', '{decision}', 'Decisions about requests'),
    duration: histogram('duration', 'How long decisions about requests took'),
    staleDecisions: counter(
      'stale_decisions',
      '{decision}',
      'Decisions by the last answer of a store that did not answer',
      [{ outcome: 'accepted' }],
    ),
    keyFetches: counter('key_fetches', '{fetch}', 'Fetches of the documents of issuers', [
      { outcome: 'fetched' },
      { outcome: 'failed' },
    ]),
    storeDuration: histogram('store.duration', 'How long calls to stores took'),
    storeFailures: counter(
      'store_failures',
      '{failure}',
      'Failures of stores and of their subscriptions',
      stores.map((store) => ({ store })),
    ),
    circuitChanges: counter(
      'circuit_changes',
      '{change}',
      'Calls were suspended after failures, or resumed',
      [...stores, 'person_server'].flatMap((subject) => [
        { subject, state: 'open' },
        { subject, state: 'closed' },
      ]),
    ),
    missionsTerminated: counter(
      'missions_terminated',
      '{mission}',
      'Terminations that this process learned',
      terminationSources.map(from),
    ),
    tokensRevoked: counter(
      'tokens_revoked',
      '{token}',
      'Revocations that this process learned',
      revokedBy.map(from),
    ),
    issuersPurged: counter(
      'issuers_purged',
      '{issuer}',
      'Purges of issuers that this process learned',
      revokedBy.map(from),
    ),
    issuersRefused: counter(
      'issuers_refused',
      '{token}',
      'Tokens refused because their issuer is not trusted',
      [{}],
    ),
    discoveriesLimited: counter(
      'discoveries_limited',
      '{request}',
      'Requests refused because too many unlisted issuers were being fetched',
      [{}],
    ),
    heldCallsUnknown: counter(
      'held_calls_unknown',
      '{call}',
      'Held calls that were begun, and of which nobody knows how they ended',
      [{}],
    ),
  }
}

const stores: readonly `stores.${keyof Stores}`[] = [
  'stores.tombstones',
  'stores.revocations',
  'stores.replays',
  'stores.links',
  'stores.statuses',
  'stores.records',
]
const terminationSources: readonly TerminationSource[] = [
  'operator',
  'response',
  'announcement',
  'source',
  'fleet',
  'store',
]
const revokedBy: readonly RevokedBy[] = ['operator', 'issuer', 'fleet']

function from(learnedFrom: string): Attributes {
  return { learned_from: learnedFrom }
}
