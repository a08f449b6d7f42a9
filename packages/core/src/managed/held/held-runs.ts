import type { Answer } from '../../errors/answer.ts'
import { serverFault } from '../../errors/server-fault.ts'
import { startTimer } from '../../limits/deadline.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import type { ManagedContext } from '../managed-context.ts'
import { asHeldCall } from './call.ts'
import { leaseFor } from './held-limits.ts'
import type { HeldOutcomes } from './held-outcomes.ts'
import type { HeldClaim, HeldRecord } from './held-record.ts'
import {
  type FoundHeld,
  type HeldRecords,
  type HeldVerdict,
  maxConflicts,
  reservedFor,
} from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import { keptUntil } from './kept-until.ts'
import { renewLease } from './renew-lease.ts'
import { asAnswer, refusalOf, withinLimit } from './result.ts'

/** Milliseconds before a store that failed is asked again to keep a result. The lease outlasts them. */
const retries = [0, 100, 1000, 5000, 20_000]

/** What is forgotten runs into its lease. */
const maxUnbegun = 1000

/** Runs held calls. Nothing here depends on whoever polls. */
export class HeldRuns {
  readonly #managed: ManagedContext
  readonly #records: HeldRecords
  readonly #outcomes: HeldOutcomes
  /** The runs of this process, by record. */
  readonly #running = new Map<string, Promise<void>>()
  /** Attempts whose change failed, by record. */
  readonly #unbegun = new Map<string, string>()

  constructor(managed: ManagedContext, records: HeldRecords, outcomes: HeldOutcomes) {
    this.#managed = managed
    this.#records = records
    this.#outcomes = outcomes
  }

  /** Settles when the run of this process has, if it has one. */
  running(id: string): Promise<void> | undefined {
    return this.#running.get(id)
  }

  /**
   * Claims the auth token for a held call and begins to run it, unless somebody else was faster. The call is `running` in
   * the store before `run` is called.
   *
   * @param claim `undefined` if the record has claimed the token already
   */
  async begin(
    route: HeldRoute,
    found: FoundHeld,
    auth: PersonTokenAuth,
    claim: HeldClaim | undefined,
  ): Promise<HeldVerdict> {
    const attempt = crypto.randomUUID()
    const now = this.#managed.state.settings.now()
    const record: HeldRecord = {
      ...found.record,
      state: 'running',
      attempt,
      lease: now + leaseFor,
      claims: claim === undefined ? found.record.claims : [...found.record.claims, claim],
    }
    const change = {
      record,
      content: found.content,
      expires: keptUntil(record, now),
      reserved: reservedFor(route.maxResult),
    }
    let verdict: HeldVerdict
    try {
      verdict = await this.#records.replace(found, change, claim)
    } catch (error) {
      this.#remember(found.id, attempt)
      throw error
    }
    if (verdict === 'replaced') this.#start(route, { ...found, record }, attempt, auth)
    return verdict
  }

  /**
   * Whether the call counts as running for an attempt of this process that never began: the store made the change, and
   * failed to say so.
   */
  neverBegan({ id, record }: FoundHeld): boolean {
    return record.attempt !== null && this.#unbegun.get(id) === record.attempt
  }

  #remember(id: string, attempt: string): void {
    this.#unbegun.delete(id)
    this.#unbegun.set(id, attempt)
    if (this.#unbegun.size > maxUnbegun) this.#unbegun.delete(this.#unbegun.keys().next().value as string)
  }

  #start(route: HeldRoute, found: FoundHeld, attempt: string, auth: PersonTokenAuth): void {
    const run = this.#run(route, found, attempt, auth).catch((error: unknown) => {
      // The lease runs out, and the next poll finds it.
      const { hint } = serverFault(error)
      console.warn(`aauth-guard: the result of a held call of ${route.name} was not kept: ${hint}`)
    })
    this.#running.set(found.id, run)
    run.finally(() => this.#forget(found.id, run))
  }

  #forget(id: string, run: Promise<void> | undefined): void {
    if (this.#running.get(id) === run) this.#running.delete(id)
  }

  async #run(route: HeldRoute, found: FoundHeld, attempt: string, auth: PersonTokenAuth): Promise<void> {
    const stop = renewLease(
      () => this.#renew(route, found.id, attempt),
      () => this.#forget(found.id, this.#running.get(found.id)),
    )
    // What is thrown may throw again when it is looked at or logged.
    const result = await this.#resultOf(route, found, auth).catch(() => undefined)
    await stop()
    const kept = result && (await withinLimit(result, route.maxResult))
    for (const wait of retries) {
      if (wait > 0) await new Promise<void>((resolve) => void startTimer(wait, resolve))
      try {
        return await this.#finish(route, found.id, attempt, kept)
      } catch (error) {
        if (wait === retries.at(-1)) throw error
      }
    }
  }

  /** `undefined` if nobody knows whether the call had its effect. */
  async #resultOf(route: HeldRoute, found: FoundHeld, auth: PersonTokenAuth): Promise<Answer | undefined> {
    try {
      const call = asHeldCall(found.record.call, found.content, auth, found.id)
      return asAnswer(await route.run(call))
    } catch (error) {
      const refusal = await refusalOf(error)
      if (refusal === undefined) this.#reportThrown(route, error)
      return refusal
    }
  }

  /** @param result `undefined` if nobody knows whether the call had its effect */
  async #finish(route: HeldRoute, id: string, attempt: string, result: Answer | undefined): Promise<void> {
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const found = await this.#records.find(id)
      if (found === undefined || found.record.state === 'done') return
      // Whoever gave it up could not know that it was still running: what is known replaces what is not.
      if (result !== undefined) {
        if ((await this.#outcomes.keep(found, result)) === 'conflict') continue
        return
      }
      if (found.record.attempt !== attempt) return
      if (!route.idempotent) {
        if ((await this.#outcomes.giveUp(found)) === 'conflict') continue
        await this.#outcomes.tell(route, id)
        return
      }
      // The next poll runs it again.
      const now = this.#managed.state.settings.now()
      const record: HeldRecord = { ...found.record, lease: now }
      const change = {
        record,
        content: found.content,
        expires: keptUntil(record, now),
        reserved: reservedFor(route.maxResult),
      }
      if ((await this.#records.replace(found, change)) !== 'conflict') return
    }
  }

  async #renew(route: HeldRoute, id: string, attempt: string): Promise<void> {
    const found = await this.#records.find(id)
    if (found?.record.attempt !== attempt) return
    const now = this.#managed.state.settings.now()
    const record: HeldRecord = { ...found.record, lease: now + leaseFor }
    await this.#records.replace(found, {
      record,
      content: found.content,
      expires: keptUntil(record, now),
      reserved: reservedFor(route.maxResult),
    })
  }

  #reportThrown({ name }: HeldRoute, error: unknown): void {
    console.warn(
      `aauth-guard: "run" of the held route ${name} threw, so the outcome of the call is unknown`,
      error,
    )
  }
}
