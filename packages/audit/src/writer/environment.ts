/** What an audit log uses of the world. */
export interface AuditEnvironment {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Calls once a second, without keeping the process alive. @returns a function that ends it */
  readonly everySecond: (call: () => void) => () => void
  /** Calls once after some milliseconds, and keeps the process alive until then. */
  readonly later: (call: () => void, milliseconds: number) => void
  readonly warn: (text: string) => unknown
}

export const systemEnvironment: AuditEnvironment = {
  now: Date.now,
  everySecond(call) {
    const timer = setInterval(call, 1000).unref()
    return () => clearInterval(timer)
  },
  later: (call, milliseconds) => void setTimeout(call, milliseconds),
  warn: (text) => console.warn(text),
}
