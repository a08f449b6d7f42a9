/** Name in lower case, and value. */
export type HeaderLine = readonly [name: string, value: string]

/** A request that was recorded. Nothing in it is verified. */
export interface RecordedRequest {
  readonly method: string
  /** The request target as it was sent. */
  readonly target: string
  /** In the order sent. */
  readonly headers: readonly HeaderLine[]
  /** Empty where there was none; `undefined` where the recording does not say. */
  readonly body: Uint8Array | undefined
  /** Seconds since 1970; `undefined` where the recording does not say. */
  readonly time: number | undefined
  readonly answer: RecordedAnswer | undefined
}

export interface RecordedAnswer {
  readonly status: number
  readonly headers: readonly HeaderLine[]
}

/** What a text was found to be. */
export interface Recording {
  readonly form: 'HTTP/1.1' | 'curl -v' | 'JSON' | 'HAR'
  readonly requests: readonly RecordedRequest[]
}

/** Every line of a field. */
export function linesOf(headers: readonly HeaderLine[], name: string): readonly string[] {
  return headers.filter(([other]) => other === name).map(([, value]) => value)
}

const empty = new Uint8Array()

/** What a recording without content says of it: there was none, unless a field speaks of it. */
export function bodyBehind(headers: readonly HeaderLine[]): Uint8Array | undefined {
  const speaksOfContent = headers.some(
    ([name, value]) =>
      ['transfer-encoding', 'content-type', 'content-digest'].includes(name) ||
      (name === 'content-length' && value !== '0'),
  )
  return speaksOfContent ? undefined : empty
}

/** Seconds since 1970, of a date as `Date` and ISO 8601 have it. */
export function secondsOf(date: string | undefined): number | undefined {
  const milliseconds = Date.parse(date ?? '')
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}
