/** How often a console speaks, and how much it keeps. Times are in milliseconds. */
export interface ConsoleSettings {
  /** Streams at a time. */
  readonly streams: number
  /** Events that a stream may be behind. */
  readonly queue: number
  /** Between two looks of a stream at what is new. */
  readonly poll: number
  /** Between two snapshots, seconds of the series, and comments of a stream. */
  readonly snapshot: number
  readonly point: number
  readonly comment: number
  /** After which a stream ends, so that the browser is asked for its permission again. */
  readonly life: number
  /** Without being read, after which a stream is closed. */
  readonly unread: number
  /** For the last event of a stream to be read. */
  readonly farewell: number
  /** For `allow` to answer. */
  readonly allow: number
}

export const defaultSettings: ConsoleSettings = Object.freeze({
  streams: 16,
  queue: 1000,
  poll: 200,
  snapshot: 2000,
  point: 1000,
  comment: 15_000,
  life: 900_000,
  unread: 30_000,
  farewell: 5000,
  allow: 1000,
})
