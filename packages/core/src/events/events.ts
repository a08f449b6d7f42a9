import type { AAuthError } from '../errors/aauth-error.ts'
import type { Platform } from '../platform/platform.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { DecisionEvent } from './decision-event.ts'
import { DecisionLog } from './decision-log.ts'
import { Listener } from './listener.ts'
import { consoleLogger, type Logger } from './logger.ts'
import { type ObserveOptions, PersonHash } from './person-hash.ts'
import { RefusalSummary } from './refusal-summary.ts'
import type { KeysFetchedEvent, ResourceEvent, StoreFailedEvent } from './resource-event.ts'

/** Events of one type that are reported in a second. */
const maxPerSecond = 10

/**
 * Receives every decision once it is made. What it returns or throws changes nothing.
 * @param refusal what the caller is sent, with the `cause` of a fault; `undefined` for what was accepted
 */
export type DecisionListener = (event: DecisionEvent, refusal: AAuthError | undefined) => unknown
/** Receives what happens beside decisions. What it returns or throws changes nothing. */
export type EventListener = (event: ResourceEvent) => unknown
/** Is awaited before an accepted request goes on; when it fails, the answer is 503 `server_error`. */
export type DecisionRecorder = (event: DecisionEvent) => void | Promise<void>

/** Who listens to a resource. */
export interface Listeners {
  readonly onDecision: DecisionListener | undefined
  readonly onEvent: EventListener | undefined
  readonly recorder: DecisionRecorder | undefined
  readonly observe: ObserveOptions
  readonly log: 'console' | 'summary' | 'off' | Logger
}

type Place = Pick<DecisionEvent, 'process' | 'seq' | 'request' | 'step'>

/** Hands events of one resource to those who listen. Costs nothing where nobody does. */
export class Events {
  readonly recorder: DecisionRecorder | undefined
  readonly persons: PersonHash
  /** Whether anybody is told of decisions. */
  readonly hearsDecisions: boolean
  /** Whether anybody is told of what happens beside them. */
  readonly hearsEvents: boolean
  /** Counts refusals, where nobody is told of each. */
  readonly summary: RefusalSummary | undefined
  readonly #log: DecisionLog | undefined
  readonly #onDecision: Listener<[DecisionEvent, AAuthError | undefined]> | undefined
  readonly #onEvent: Listener<[ResourceEvent]> | undefined
  readonly #requests = new WeakMap<SignedRequest, { readonly id: string; step: number }>()
  readonly #counts = new Map<string, { second: number; reported: number; suppressed: number }>()
  #process: string | undefined
  #seq = 0

  constructor(platform: Platform, { onDecision, onEvent, recorder, observe, log }: Listeners) {
    this.recorder = recorder
    this.persons = new PersonHash(platform, observe)
    const logger = log === 'console' ? consoleLogger() : typeof log === 'object' ? log : undefined
    this.#log = logger && new DecisionLog(logger)
    this.hearsDecisions = onDecision !== undefined || recorder !== undefined || logger !== undefined
    const isSummed = log === 'summary' && !this.hearsDecisions
    this.summary = isSummed ? new RefusalSummary((line) => consoleLogger().info(line)) : undefined
    this.hearsEvents = onEvent !== undefined
    this.#onDecision = onDecision && new Listener('onDecision', onDecision)
    this.#onEvent = onEvent && new Listener('onEvent', onEvent)
  }

  /** The numbers of the next decision about a request. */
  nextPlace(request: SignedRequest): Place {
    this.#process ??= crypto.randomUUID()
    const known = this.#requests.get(request) ?? { id: crypto.randomUUID(), step: 0 }
    this.#requests.set(request, known)
    known.step += 1
    this.#seq += 1
    return { process: this.#process, seq: this.#seq, request: known.id, step: known.step }
  }

  decided(event: DecisionEvent, refusal: AAuthError | undefined): void {
    this.#log?.decided(event, refusal?.message)
    this.#onDecision?.notify(event, refusal)
  }

  /** Reports what is not a decision. */
  report(happened: KeysFetchedEvent | StoreFailedEvent): void {
    const listener = this.#onEvent
    if (listener === undefined) return
    const time = Date.now()
    const second = Math.floor(time / 1000)
    const count = this.#counts.get(happened.type) ?? { second, reported: 0, suppressed: 0 }
    this.#counts.set(happened.type, count)
    if (count.second !== second) Object.assign(count, { second, reported: 0 })
    if (count.reported === maxPerSecond) {
      count.suppressed += 1
      return
    }
    count.reported += 1
    listener.notify(Object.freeze({ ...happened, time, suppressed: count.suppressed }))
    count.suppressed = 0
  }
}
