/** The offset is required: a time without one depends on the time zone of the machine (RFC 3339). */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** A `date-time` in seconds since 1970, with its fraction; `undefined` for other texts. */
export function secondsOf(time: unknown): number | undefined {
  const milliseconds = typeof time === 'string' && dateTime.test(time) ? Date.parse(time) : Number.NaN
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
