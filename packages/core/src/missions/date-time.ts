/** A time without offset would be another one on another machine (RFC 3339). */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** The second of a `date-time`, with its fraction; `undefined` for whatever is none. */
export function secondsOf(time: unknown): number | undefined {
  const milliseconds = typeof time === 'string' && dateTime.test(time) ? Date.parse(time) : Number.NaN
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
