import { Connection, WrongAnswerError } from './connection.ts'
import { closedLoop, fixedRate, type Pace } from './pace.ts'
import type { Load, Ran } from './protocol.ts'

/** Loads a server with requests in turn. @throws {Error} at the first answer that is not 200 */
export async function runLoad(load: Load, requests: readonly Buffer[]): Promise<Ran> {
  const run = new Run(requests)
  try {
    await run.connect(load.port, load.connections)
    const cpu = process.cpuUsage()
    const start = performance.now()
    await run.send(
      load.rate === undefined
        ? closedLoop(start, load.milliseconds)
        : fixedRate(start, load.milliseconds, load.rate),
    )
    const seconds = (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(cpu)
    return { ...summaryOf(run.times), seconds, busy: (user + system) / 1e6 / seconds }
  } finally {
    run.close()
  }
}

class Run {
  /** Milliseconds of each answer. */
  readonly times: number[] = []
  readonly #requests: readonly Buffer[]
  readonly #connections: Connection[] = []
  /** The connections that wait for nothing. */
  readonly #idle: number[] = []
  /** Connection → when the request that it waits for was due. */
  readonly #since: number[] = []
  #pace: Pace | undefined
  #sent = 0
  #resolve: () => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(requests: readonly Buffer[]) {
    this.#requests = requests
  }

  async connect(port: number, count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      const connection = await Connection.open(
        port,
        (status) => this.#hear(at, status),
        (error) => this.#reject(error),
      )
      this.#connections.push(connection)
      this.#idle.push(at)
    }
  }

  /** Sends until the pace is over, and resolves once everything is answered. */
  send(pace: Pace): Promise<void> {
    this.#pace = pace
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#sendDue(performance.now())
      if (pace.isTimed) this.#poll()
    })
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  /** A timer would be late by up to a millisecond, which is longer than a request takes. */
  readonly #poll = (): void => {
    const now = performance.now()
    this.#sendDue(now)
    if (!this.#pace?.isOver(now)) setImmediate(this.#poll)
  }

  #sendDue(now: number): void {
    while (this.#idle.length > 0) {
      const due = this.#pace?.due(now)
      if (due === undefined) return
      const at = this.#idle.shift() as number
      this.#since[at] = due
      this.#connections[at]?.send(this.#requests[this.#sent++ % this.#requests.length] as Buffer)
    }
  }

  #hear(at: number, status: number): void {
    if (status !== 200) this.#reject(new WrongAnswerError(`the server answered ${status}`))
    const now = performance.now()
    this.times.push(now - (this.#since[at] as number))
    this.#idle.push(at)
    this.#sendDue(now)
    if (this.#idle.length === this.#connections.length && this.#pace?.isOver(now)) this.#resolve()
  }
}

function summaryOf(times: number[]): Pick<Ran, 'answers' | 'p50' | 'p99' | 'max'> {
  times.sort((one, other) => one - other)
  const quantile = (part: number): number => times[Math.floor(times.length * part)] as number
  return { answers: times.length, p50: quantile(0.5), p99: quantile(0.99), max: times.at(-1) as number }
}
