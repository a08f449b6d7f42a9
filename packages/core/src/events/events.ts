import type { AAuthError } from '../errors/aauth-error.ts'
import type { Channels, Platform } from '../platform/platform.ts'
import type { StoreCall } from '../stores/store-health.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { DecisionEvent } from './decision-event.ts'
import { DecisionLog } from './decision-log.ts'
import { ListenerSet } from './listener-set.ts'
import type { DecisionRecorder, ResourceListeners } from './listeners.ts'
import { consoleLogger, type Logger } from './logger.ts'
import { type ObserveOptions, PersonHash } from './person-hash.ts'
import { RefusalSummary } from './refusal-summary.ts'
import type { RequestEvidence } from './request-evidence.ts'
import { type RequestNumber, RequestNumbers } from './request-numbers.ts'
import type { ResourceEvent, ResourceHappening } from './resource-event.ts'

/** Events of one type that are reported in a second. */
const maxPerSecond = 10

/** Who listens from the start, and how. */
export interface EventSettings extends ResourceListeners {
  readonly observe: ObserveOptions
  readonly log: 'console' | 'summary' | 'off' | Logger
}

type Evidence = () => RequestEvidence | undefined
/** Hands events of one resource to those who listen. Costs nothing where nobody does. */
export class Events {
  readonly persons: PersonHash
  /** Counts refusals, where nobody is told of each. */
  readonly summary: RefusalSummary | undefined
  readonly #channels: Channels | undefined
  readonly #log: DecisionLog | undefined
  readonly #onDecision = new ListenerSet<[DecisionEvent, AAuthError | undefined, Evidence]>('onDecision')
  readonly #onEvent = new ListenerSet<[ResourceEvent]>('onEvent')
  readonly #onStoreCall = new ListenerSet<[StoreCall]>('onStoreCall')
  readonly #requests = new RequestNumbers()
  readonly #counts = new Map<string, { second: number; reported: number; suppressed: number }>()
  #recorders: readonly DecisionRecorder[] = []
  #process: string | undefined
  #seq = 0

  constructor(platform: Platform, { observe, log, ...listeners }: EventSettings) {
    this.#channels = platform.channels
    this.persons = new PersonHash(platform, observe)
    const logger = log === 'console' ? consoleLogger() : typeof log === 'object' ? log : undefined
    this.#log = logger && new DecisionLog(logger)
    this.listen(listeners)
    const isSummed = log === 'summary' && this.#onDecision.isEmpty && !this.hasRecorder
    this.summary = isSummed ? new RefusalSummary((line) => consoleLogger().info(line)) : undefined
  }

  /** Whether anybody is told of decisions. */
  get hearsDecisions(): boolean {
    return (
      !this.#onDecision.isEmpty ||
      this.hasRecorder ||
      this.#log !== undefined ||
      this.#channels?.decision.hasSubscribers === true
    )
  }

  /** Whether an acceptance waits for a recorder. */
  get hasRecorder(): boolean {
    return this.#recorders.length > 0
  }

  /** Whether anybody is told of what happens beside decisions. */
  get hearsEvents(): boolean {
    return !this.#onEvent.isEmpty
  }

  /** Whether calls to stores are measured. */
  get hearsStoreCalls(): boolean {
    return !this.#onStoreCall.isEmpty
  }

  /** @returns a function that removes the listeners */
  listen({ onDecision, onEvent, onStoreCall, recorder }: ResourceListeners): () => void {
    const removers = [
      this.#onDecision.add(onDecision),
      this.#onEvent.add(onEvent),
      this.#onStoreCall.add(onStoreCall),
    ]
    // A recorder that is passed twice is called twice, and removed once.
    const record: DecisionRecorder | undefined = recorder && ((...told) => recorder(...told))
    if (record !== undefined) this.#recorders = [...this.#recorders, record]
    return () => {
      for (const remove of removers) remove()
      this.#recorders = this.#recorders.filter((other) => other !== record)
    }
  }

  /** Random, the same for all events of this resource in this process. */
  get process(): string {
    this.#process ??= crypto.randomUUID()
    return this.#process
  }

  /** Counts a decision of this resource. */
  nextSeq(): number {
    this.#seq += 1
    return this.#seq
  }

  /** Counts a decision about a request. */
  numbered(request: SignedRequest): Readonly<RequestNumber> {
    return this.#requests.next(request)
  }

  /** Waits for all recorders. @throws what one of them throws (the promise rejects) */
  async record(event: DecisionEvent, evidence: Evidence): Promise<void> {
    await Promise.all(this.#recorders.map(async (record) => record(event, evidence)))
  }

  decided(event: DecisionEvent, refusal: AAuthError | undefined, evidence: Evidence): void {
    this.#log?.decided(event, refusal?.message)
    this.#onDecision.notify(event, refusal, evidence)
    // What a subscriber throws, Node reports as an uncaught exception.
    if (this.#channels?.decision.hasSubscribers) this.#channels.decision.publish(event)
  }

  storeCalled(call: StoreCall): void {
    this.#onStoreCall.notify(Object.freeze(call))
  }

  /** Reports what is not a decision. */
  report(happened: ResourceHappening): void {
    if (this.#onEvent.isEmpty) return
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
    this.#onEvent.notify(Object.freeze({ ...happened, time, suppressed: count.suppressed }))
    count.suppressed = 0
  }
}
