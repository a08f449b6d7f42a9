import { Session } from 'node:inspector/promises'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { Account } from './protocol.ts'

/** Milliseconds. A timer measures how late the event loop is; it is never late by less than nothing. */
const resolution = 1

/** Keeps the accounts of this process from `begin` to `end`. */
export class Accounting {
  readonly #histogram = monitorEventLoopDelay({ resolution })
  readonly #collections = { count: 0, time: 0, longest: 0 }
  readonly #tellsCollections: boolean
  #cpu = process.cpuUsage()
  #memory = process.memoryUsage()
  #delay = false
  #session: Session | undefined

  constructor() {
    this.#tellsCollections = process.versions.bun === undefined
    if (!this.#tellsCollections) return
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.#collections.count += 1
        this.#collections.time += duration
        this.#collections.longest = Math.max(this.#collections.longest, duration)
      }
    }).observe({ entryTypes: ['gc'] })
  }

  async begin({
    delay,
    profile = false,
  }: {
    readonly delay: boolean
    readonly profile?: boolean
  }): Promise<void> {
    Object.assign(this.#collections, { count: 0, time: 0, longest: 0 })
    this.#histogram.reset()
    this.#delay = delay
    if (delay) this.#histogram.enable()
    if (profile) await this.#beginProfile()
    this.#memory = process.memoryUsage()
    this.#cpu = process.cpuUsage()
  }

  async end(): Promise<Account> {
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#histogram.disable()
    const { rss, heapUsed } = process.memoryUsage()
    const profile = await this.#endProfile()
    return {
      cpu: user + system,
      rss: [this.#memory.rss, rss],
      heapUsed: [this.#memory.heapUsed, heapUsed],
      ...(this.#delay && { delay: this.#lateness() }),
      ...(this.#tellsCollections && { gc: { ...this.#collections } }),
      ...(profile !== undefined && { profile }),
    }
  }

  #lateness(): Exclude<Account['delay'], undefined> {
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution)
    const { max } = this.#histogram
    return {
      p50: late(this.#histogram.percentile(50)),
      p99: late(this.#histogram.percentile(99)),
      max: late(max),
    }
  }

  async #beginProfile(): Promise<void> {
    const session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 200 })
    await session.post('Profiler.start')
    this.#session = session
  }

  async #endProfile(): Promise<unknown> {
    if (this.#session === undefined) return undefined
    const { profile } = await this.#session.post('Profiler.stop')
    this.#session.disconnect()
    this.#session = undefined
    return profile
  }
}
