import type { DecisionEvent, ResourceListeners, StoreCall } from '@aauth-guard/core'
import { type MeterProvider, metrics, trace } from '@opentelemetry/api'
import { countEvent } from './count-event.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { describeOnSpan } from './span-attributes.ts'

/** What is reported, and to whom. */
export interface TelemetryOptions {
  /**
   * Whether spans also say who called: the attributes `aauth.issuer`, `aauth.agent`, `aauth.mission.approver`,
   * `aauth.mission.s256`, `aauth.person` (the keyed hash of the event, never a raw name) and `aauth.person.scope`. They are
   * personal data, and spans usually leave your systems. Only what was verified is named. Default `false`.
   */
  readonly identity?: boolean
  /** Receives the metrics. Default: the global provider at the time of each event, so the SDK may start later. */
  readonly meterProvider?: MeterProvider
}

const names: readonly string[] = ['identity', 'meterProvider']

/**
 * Listeners that report a resource to OpenTelemetry: attributes under `aauth.` on the span that is active when a request is
 * decided, and the metrics `aauth.guard.*`. It creates no span, and adds nothing to baggage.
 *
 * A span describes the last decision about its request. Its status becomes an error only for answers with a 5xx status.
 * Attributes of metrics come from closed sets and from the options that you wrote, so the number of series does not depend
 * on callers. `http.route` is the `name` of the requirement, and absent without one. Times are in seconds.
 *
 * @returns what `resource.listen` takes; that returns a function that removes it
 * @throws {TypeError} for an option that is unknown or of a wrong type
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { telemetry } from '@aauth-guard/opentelemetry'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const stop = resource.listen(telemetry())
 * process.once('SIGTERM', stop)
 * ```
 */
export function telemetry(options: TelemetryOptions = {}): ResourceListeners {
  const { identity, meterProvider } = checked(options)
  let provider: MeterProvider | undefined
  let latest: Instruments | undefined
  // The API hands out no meter that starts to work when an SDK is registered, so the provider is looked up each time.
  const instruments = (): Instruments => {
    const current = meterProvider ?? metrics.getMeterProvider()
    if (latest === undefined || current !== provider) latest = createInstruments(current)
    provider = current
    return latest
  }
  // An SDK that has started exports the counters of rare events before the first of them happens.
  instruments()
  return Object.freeze({
    onDecision(event: DecisionEvent): void {
      const span = trace.getActiveSpan()
      if (span?.isRecording()) describeOnSpan(span, event, identity)
      countDecision(instruments(), event)
    },
    onEvent: (event) => countEvent(instruments(), event),
    onStoreCall({ store, outcome, duration }: StoreCall): void {
      instruments().storeDuration.record(duration / 1000, { store, outcome })
    },
  } satisfies ResourceListeners)
}

function countDecision(
  { decisions, duration, staleDecisions }: Instruments,
  { outcome, code, requirement, kind, stale, duration: measured }: DecisionEvent,
): void {
  const route = requirement === undefined ? {} : { 'http.route': requirement }
  const type = code === undefined ? {} : { 'error.type': code }
  decisions.add(1, { outcome, ...type, ...route, ...(kind !== undefined && { 'token.kind': kind }) })
  if (stale === true) staleDecisions.add(1, { outcome })
  // Grants, step-ups and content that is compared late are not measured.
  if (measured.total !== undefined) duration.record(measured.total / 1000, { outcome, ...route })
}

/** Own members only, so that a polluted prototype changes nothing. */
function checked(options: TelemetryOptions): { identity: boolean; meterProvider: MeterProvider | undefined } {
  if (typeof options !== 'object' || options === null) throw new TypeError('telemetry takes an object')
  const given = new Map<string, unknown>(Object.entries(options))
  for (const name of given.keys())
    if (!names.includes(name))
      throw new TypeError(`telemetry has no option ${JSON.stringify(name)}: ${names.join(', ')}`)
  const identity = given.get('identity') ?? false
  if (typeof identity !== 'boolean') throw new TypeError('"identity" must be true or false')
  const meterProvider = given.get('meterProvider') as MeterProvider | undefined
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function')
    throw new TypeError(
      '"meterProvider" must have a function "getMeter": pass a MeterProvider of OpenTelemetry',
    )
  return { identity, meterProvider }
}
