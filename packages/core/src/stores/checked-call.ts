import { AAuthError } from '../errors/aauth-error.ts'
import { isThenable, startTimer } from '../limits/deadline.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { healthOf, type StoreCall, type StoreHealth, waitingCalls } from './store-health.ts'
import { dataLost } from './store-kind.ts'

/** Milliseconds that a store may take; then it counts as failed, and the request is refused with 503. */
export const storeDeadline = 500
/** Maximum number of calls waiting for one store. Further calls are refused, so that a hanging store holds no memory. */
const maxWaiting = 1000

/** Refusals because a store did not answer, in contrast to one that answered that it must not be relied on. */
const silences = new WeakSet<object>()

/** Whether a refusal says only that a store did not answer, which `staleReads` of the resource can bridge. */
export function isSilence(error: unknown): boolean {
  return typeof error === 'object' && error !== null && silences.has(error)
}

/** Refusals because of what a store answered, which shows that it must not be relied on. */
const warnings = new WeakSet<object>()

/** Whether a refusal says that a store must not be relied on, which ends what `staleReads` relies on. */
export function isWarning(error: unknown): boolean {
  return typeof error === 'object' && error !== null && warnings.has(error)
}

/** Marks a refusal as one that says so. */
export function asWarning(refusal: AAuthError): AAuthError {
  warnings.add(refusal)
  return refusal
}

/** The error to report of several. A store that does not answer must not hide what another one says. */
export function firstOf(errors: readonly unknown[]): unknown {
  return errors.find((error) => !isSilence(error)) ?? errors[0]
}

/**
 * Returns the answer of a store, if it is valid and arrives within the deadline. In all other cases the request is
 * refused. A store in memory returns synchronously, which has no extra cost. While a store does nothing but fail, it is
 * called four times per second.
 *
 * @param name the option, for the hint: `"stores.replays"`
 * @param budget the time that the request may spend on all stores; without it, the deadline applies to this call
 * @throws {AAuthError} `server_error` (or the promise rejects with it) for a store that fails
 */
export function answered<T>(
  store: object,
  name: string,
  ask: () => T | PromiseLike<T>,
  isKnown: (answer: T) => boolean,
  budget?: WaitBudget,
): T | Promise<T> {
  const health = healthOf(store)
  if (health.waiting.size >= maxWaiting && waitingCalls(health, 2 * storeDeadline) >= maxWaiting)
    throw silent(health, name, `has ${maxWaiting} calls waiting`)
  if (!health.breaker.admits()) throw silent(health, name, 'has failed for over a second', undefined, 1)
  const sentAt = health.watchers.size > 0 ? performance.now() : 0
  const judge = (answer: T): T => {
    if (!isKnown(answer))
      throw asWarning(refused(health, name, 'returned a value that its contract does not allow', undefined))
    noteAnswer(health, name)
    return answer
  }
  let answer: T | PromiseLike<T>
  try {
    answer = ask()
  } catch (cause) {
    throw failed(health, name, 'threw', cause)
  }
  if (!isThenable(answer)) return judge(answer)
  const answered = waitFor(health, name, answer, judge, budget)
  if (sentAt > 0) measure(health, name, sentAt, answered)
  return answered
}

/** Tells those who measure calls of one to a shared store. */
function measure({ watchers }: StoreHealth, name: string, sentAt: number, answered: Promise<unknown>): void {
  const store = optionOf(name)
  const tell = (outcome: StoreCall['outcome']): void => {
    const duration = performance.now() - sentAt
    for (const { called } of watchers) called?.({ store, outcome, duration })
  }
  answered.then(
    () => tell('answered'),
    () => tell('failed'),
  )
}

function noteAnswer({ breaker, watchers }: StoreHealth, name: string): void {
  if (!breaker.succeeded()) return
  for (const { circuitChanged } of watchers) circuitChanged?.(optionOf(name), 'closed')
}

/** Without the quotes of a hint. */
function optionOf(name: string): string {
  return name.replaceAll('"', '')
}

function waitFor<T>(
  health: StoreHealth,
  name: string,
  late: PromiseLike<T>,
  judge: (answer: T) => T,
  budget: WaitBudget | undefined,
): Promise<T> {
  const call = { sentAt: performance.now() }
  health.waiting.add(call)
  const stopWaiting = budget?.begin()
  const deadline = budget === undefined ? storeDeadline : budget.left
  return new Promise<T>((resolve, reject) => {
    const stopTimer = startTimer(deadline, () =>
      settle(() => reject(failed(health, name, `took over ${storeDeadline} ms`))),
    )
    let settled = false
    const settle = (how: () => void): void => {
      if (settled) return
      settled = true
      // Released even if the store never answers, so that it can recover.
      health.waiting.delete(call)
      stopWaiting?.()
      stopTimer()
      how()
    }
    // Promise.resolve guards against thenables that settle twice, or throw.
    Promise.resolve(late)
      .then(
        (answer) => settle(() => resolve(judge(answer))),
        (cause: unknown) => settle(() => reject(failed(health, name, 'rejected', cause))),
      )
      .catch(reject)
  })
}

/** The call failed. Whether the store answered is for its error to say. */
function failed(health: StoreHealth, name: string, how: string, cause?: unknown): AAuthError {
  if (cause instanceof Error && cause.name === dataLost) {
    // Otherwise an open circuit would hide the loss from all requests but one.
    noteAnswer(health, name)
    return asWarning(refused(health, name, how, cause))
  }
  if (health.breaker.failed())
    for (const { circuitChanged } of health.watchers) circuitChanged?.(optionOf(name), 'open')
  return silent(health, name, how, cause)
}

function silent(
  health: StoreHealth,
  name: string,
  how: string,
  cause?: unknown,
  retryAfter?: number,
): AAuthError {
  const error = refused(health, name, how, cause, retryAfter)
  silences.add(error)
  return error
}

function refused(health: StoreHealth, name: string, how: string, cause: unknown, retryAfter = 5): AAuthError {
  const why = cause instanceof Error ? `: ${cause.name}: ${cause.message}` : ''
  const hint = `${name} ${how}${why}`
  for (const { failed } of health.watchers) failed?.(optionOf(name), hint)
  return new AAuthError('server_error', { hint, cause, retryAfter })
}
