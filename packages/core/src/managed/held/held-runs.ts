import type { Answer } from '../../errors/answer.ts'
import { serverFault } from '../../errors/server-fault.ts'
import { startTimer, within } from '../../limits/deadline.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import type { ManagedContext } from '../managed-context.ts'
import { asHeldCall } from './call.ts'
import { leaseFor, longestRun, renewedAfter, resultGrace, unknownFor } from './held-limits.ts'
import type { HeldClaim, HeldRecord } from './held-record.ts'
import { type FoundHeld, HeldRecords, type HeldVerdict, maxConflicts, reservedFor } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import { asAnswer, refusalOf, withinLimit } from './result.ts'

/** Milliseconds before a store that failed is asked again to keep a result. The lease outlasts them. */
const retries = [0, 100, 1000, 5000, 20_000]

/** What is forgotten runs into its lease. */
const maxUnbegun = 1000

/** Runs held calls, and keeps what comes of them. Nothing here depends on whoever polls. */
export class HeldRuns {
  readonly #managed: ManagedContext
  readonly #records: HeldRecords
  /** The runs of this process, by record. */
  readonly #running = new Map<string, Promise<void>>()
  /** Attempts whose change failed, by record. */
  readonly #unbegun = new Map<string, string>()

  constructor(managed: ManagedContext) {
    this.#managed = managed
    this.#records = new HeldRecords(managed)
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

  /** Says that nobody knows how a call ended, unless somebody else was faster. `tell` is to follow. */
  async giveUp(found: FoundHeld): Promise<HeldVerdict> {
    const now = this.#managed.state.settings.now()
    const record: HeldRecord = { ...found.record, state: 'unknown', attempt: null }
    const change = { record, content: found.content, expires: keptUntil(record, now) }
    return this.#records.replace(found, change)
  }

  /**
   * Tells of an unknown outcome. A process that ends in between is followed by another one: it is told twice rather than
   * never.
   */
  async tell(route: HeldRoute | undefined, found: FoundHeld): Promise<void> {
    const { id, record } = found
    const { call, claims, account, since } = record
    const told = { id, route: record.route, method: call.method, target: call.target }
    this.#managed.state.events.report({
      type: 'aauth.held_call_unknown.v1',
      id,
      route: record.route,
      method: call.method,
      path: call.target.split('?', 1)[0] as string,
    })
    if (route === undefined) return
    try {
      const outcome = Object.freeze({ ...told, account, token: claims.at(-1) as HeldClaim, since })
      await within(this.#managed.state, '"onUnknown"', route.onUnknown?.(outcome))
    } catch (error) {
      console.warn(
        'aauth-guard: "onUnknown" of a held route threw, and is called again at the next poll',
        error,
      )
      return
    }
    const now = this.#managed.state.settings.now()
    const change = {
      record: { ...record, isTold: true },
      content: found.content,
      expires: keptUntil(record, now),
    }
    await this.#records.replace(found, change)
  }

  /** Keeps the outcome of a call that is `unknown`. @returns whether it was */
  async recordOutcome(route: HeldRoute, id: string, given: Answer): Promise<boolean> {
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const found = await this.#records.find(id)
      if (found?.record.state !== 'unknown' || found.record.route !== route.name) return false
      if ((await this.#keep(found, await withinLimit(given, route.maxResult))) === 'replaced') return true
    }
    return false
  }

  #start(route: HeldRoute, found: FoundHeld, attempt: string, auth: PersonTokenAuth): void {
    const run = this.#run(route, found, attempt, auth).catch((error: unknown) => {
      // The lease runs out, and the next poll finds it.
      const { hint } = serverFault(error)
      console.warn(`aauth-guard: the result of a held call of ${route.name} was not kept: ${hint}`)
    })
    this.#running.set(found.id, run)
    run.finally(() => {
      if (this.#running.get(found.id) === run) this.#running.delete(found.id)
    })
  }

  async #run(route: HeldRoute, found: FoundHeld, attempt: string, auth: PersonTokenAuth): Promise<void> {
    const stop = this.#renewing(route, found.id, attempt)
    let result: Answer | undefined
    try {
      const call = asHeldCall(found.record.call, found.content, auth, found.id)
      result = asAnswer(await route.run(call))
    } catch (error) {
      result = await refusalOf(error)
      if (result === undefined) this.#reportThrown(route, error)
    }
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

  /** @param result `undefined` if nobody knows whether the call had its effect */
  async #finish(route: HeldRoute, id: string, attempt: string, result: Answer | undefined): Promise<void> {
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const found = await this.#records.find(id)
      if (found === undefined || found.record.state === 'done') return
      // Whoever gave it up could not know that it was still running: what is known replaces what is not.
      if (result !== undefined) {
        if ((await this.#keep(found, result)) === 'conflict') continue
        return
      }
      if (found.record.attempt !== attempt) return
      if (!route.idempotent) {
        if ((await this.giveUp(found)) === 'conflict') continue
        const unknown = await this.#records.find(id)
        if (unknown?.record.state === 'unknown') await this.tell(route, unknown)
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

  #keep(found: FoundHeld, { body, ...result }: Answer): Promise<HeldVerdict> {
    const now = this.#managed.state.settings.now()
    const record: HeldRecord = { ...found.record, state: 'done', attempt: null, result }
    const content = new TextEncoder().encode(body)
    return this.#records.replace(found, { record, content, expires: keptUntil(record, now) })
  }

  /** Renews the lease until the returned function is called. */
  #renewing(route: HeldRoute, id: string, attempt: string): () => Promise<void> {
    let renewed: Promise<void> = Promise.resolve()
    let renewals = 0
    const timer = setInterval(() => {
      renewals += 1
      if (renewals * renewedAfter > longestRun) return
      renewed = renewed.then(() => this.#renew(route, id, attempt)).catch(() => undefined)
    }, renewedAfter)
    ;(timer as { unref?: () => void }).unref?.()
    return () => {
      clearInterval(timer)
      return renewed
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

/** Results are kept for as long as their auth token can be presented. */
function keptUntil({ state, claims, lease }: HeldRecord, now: number): number {
  const until = Math.max(...claims.map(({ exp }) => exp)) + resultGrace
  if (state === 'done') return Math.max(until, now + resultGrace)
  return Math.max(until, state === 'running' ? lease : now, now) + unknownFor
}
