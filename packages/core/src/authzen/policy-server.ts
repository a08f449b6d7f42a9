import { AAuthError } from '../errors/aauth-error.ts'
import { abortable } from '../keys/fetch-document.ts'
import { CircuitBreaker, CircuitOpenError } from '../limits/circuit-breaker.ts'
import { ConcurrencyLimiter, QueueFullError } from '../limits/concurrency-limiter.ts'
import { startTimer } from '../limits/deadline.ts'
import type { ResourceState } from '../resource/state.ts'
import { quoted } from '../wire/quoted.ts'
import { isFieldValue } from './field-value.ts'
import type { AuthzenSettings } from './options.ts'
import { PdpFault } from './pdp-fault.ts'
import { postEvaluation } from './post-evaluation.ts'

/** Concurrent calls. */
const maxRunning = 64
/** Calls that wait for their turn. */
const maxWaiting = 1024

/** The policy server as one resource calls it: with a limit on concurrent calls and a circuit breaker. */
export class PolicyServer {
  readonly #settings: AuthzenSettings
  readonly #limiter = new ConcurrencyLimiter(maxRunning, maxWaiting)
  readonly #breaker: CircuitBreaker

  constructor(settings: AuthzenSettings, { settings: { now }, events }: ResourceState) {
    this.#settings = settings
    this.#breaker = new CircuitBreaker(now, (state) =>
      events.report({ type: 'aauth.circuit_changed.v1', subject: settings.origin, state }),
    )
  }

  /**
   * Resolves if the policy server allows what is asked.
   * @param content the evaluation request
   * @throws {AAuthError} `access_denied` if the policy server denies it, `server_error` without a decision (the promise
   * rejects)
   */
  async assertAllowed(content: string): Promise<void> {
    const { url, origin, timeout, fetch: given } = this.#settings
    const id = crypto.randomUUID()
    const about = (what: string): string => `the policy server ${quoted(origin)} ${what} (X-Request-ID ${id})`
    const fetcher = given ?? globalThis.fetch
    const controller = new AbortController()
    const { signal } = controller
    const stop = startTimer(timeout, () => controller.abort())
    try {
      const credential = await this.#credential(signal)
      const call = { url, fetcher, credential, id, content, signal }
      const isOutage = (error: unknown): boolean =>
        signal.aborted || (error instanceof PdpFault && error.isOutage)
      const { decision, reason } = await this.#limiter.run(
        () => this.#breaker.run(() => postEvaluation(call), isOutage),
        signal,
      )
      if (decision) return
      const why = reason === undefined ? '' : `: ${quoted(reason)}`
      throw new AAuthError('access_denied', { hint: about(`denied${why}`) })
    } catch (error) {
      if (error instanceof AAuthError) throw error
      throw undecided(about(reasonOf(error, signal, timeout)))
    } finally {
      stop()
    }
  }

  async #credential(signal: AbortSignal): Promise<string | undefined> {
    const { credential, timeout } = this.#settings
    if (typeof credential !== 'function') return credential
    let value: unknown
    try {
      value = await abortable(Promise.resolve(credential()), signal)
    } catch (error) {
      if (signal.aborted) throw undecided(`"credential" did not return within the ${timeout} ms of "timeout"`)
      // The text of the error may contain the credential.
      const name = error instanceof Error ? error.name : typeof error
      throw undecided(`"credential" threw ${quoted(name)}: fix it`)
    }
    if (isFieldValue(value)) return value
    throw undecided('"credential" did not return a value of Authorization: return visible ASCII characters')
  }
}

/** The response to a request that no decision was found for. It is the same for the agent, whatever the reason is. */
export function undecided(hint: string): AAuthError {
  return new AAuthError('server_error', { hint, retryAfter: 5 })
}

function reasonOf(error: unknown, signal: AbortSignal, timeout: number): string {
  if (error instanceof CircuitOpenError) return `was ${error.message}`
  if (error instanceof QueueFullError)
    return `was not called, since too many calls are under way: ${error.message}`
  if (signal.aborted) return `did not answer within the ${timeout} ms of "timeout"`
  return error instanceof PdpFault ? error.message : 'could not be called'
}
