/** What the processes of the benchmark tell each other. */

/** Starts the accounts of a server anew, or ends them. */
export type ToServer =
  | { readonly type: 'begin'; readonly delay: boolean; readonly profile?: boolean }
  | { readonly type: 'end' }

export type FromServer =
  | { readonly type: 'listening'; readonly port: number; readonly runtime: string }
  | { readonly type: 'begun' }
  | ({ readonly type: 'account' } & Account)

/** What a server spent between `begin` and `end`. */
export interface Account {
  /** Microseconds of processor time, of all its threads. */
  readonly cpu: number
  /** Milliseconds by which the event loop was late, where they were asked for and the runtime tells them. */
  readonly delay?: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Collections of garbage and the milliseconds that they took, where the runtime tells them. */
  readonly gc?: { readonly count: number; readonly time: number; readonly longest: number }
  /** Octets at the beginning and at the end. */
  readonly rss: readonly [number, number]
  readonly heapUsed: readonly [number, number]
  /** As the inspector writes it, where it was asked for. */
  readonly profile?: unknown
}

/** How a server is loaded. */
export interface Load {
  readonly port: number
  readonly connections: number
  readonly milliseconds: number
  /** Requests per second, sent at fixed times. Without it each connection sends as soon as it was answered. */
  readonly rate?: number
}

export type ToLoad = { readonly type: 'run' } & Load

export type FromLoad =
  | { readonly type: 'ready' }
  | ({ readonly type: 'ran' } & Ran)
  | { readonly type: 'failed'; readonly reason: string }

/** What the load process saw. */
export interface Ran {
  readonly answers: number
  /** From the first request to the last answer. */
  readonly seconds: number
  /** Milliseconds from when a request was sent, or should have been, to its answer. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Processor time of the load process as a part of the time that passed. */
  readonly busy: number
}
