import { CircuitBreaker } from '../limits/circuit-breaker.ts'
import { ConcurrencyLimiter } from '../limits/concurrency-limiter.ts'
import { ServerUnavailableError } from './source.ts'

/** Access to one person server, with a limit on concurrent queries and a circuit breaker. */
export class ServerAccess {
  readonly #limiter: ConcurrencyLimiter
  readonly #breaker: CircuitBreaker

  constructor(
    maxRunning: number,
    maxWaiting: number,
    now: () => number,
    onCircuitChange?: (state: 'open' | 'closed') => void,
  ) {
    this.#limiter = new ConcurrencyLimiter(maxRunning, maxWaiting)
    this.#breaker = new CircuitBreaker(now, onCircuitChange)
  }

  /** Whether queries are refused after failures. */
  get isSuspended(): boolean {
    return this.#breaker.isOpen
  }

  /**
   * @param signal ends the wait
   * @throws {QueueFullError} or {CircuitOpenError} if no query was sent (the promise rejects); what `question` throws
   */
  ask<T>(question: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const isFailure = (error: unknown): boolean => signal.aborted || error instanceof ServerUnavailableError
    return this.#limiter.run(() => this.#breaker.run(question, isFailure), signal)
  }
}
