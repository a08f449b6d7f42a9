/** Seconds for which keys are used: the minimum, the maximum, and the default when the issuer sets none (I24). */
const [shortest, longest, usual] = [60, 3600, 600]

/** `Thu, 01 Jan 2026 00:00:00 GMT` (RFC 9110, section 5.6.7). */
const httpDate = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/

/**
 * Seconds for which a response may be used: `max-age` of `Cache-Control`, or else `Expires`
 * (draft 11 §11.4; RFC 9111, sections 4.2.1 and 5.3).
 *
 * @param now seconds
 */
export function freshnessOf(headers: Headers, now: number): number {
  const said = maxAgeOf(headers.get('cache-control') ?? '') ?? untilExpiry(headers, now)
  return said === undefined ? usual : Math.min(Math.max(said, shortest), longest)
}

function maxAgeOf(cacheControl: string): number | undefined {
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0
  const maxAge = directives.find((directive) => directive.startsWith('max-age='))?.slice(8)
  return maxAge !== undefined && /^[0-9]{1,15}$/.test(maxAge) ? Number(maxAge) : undefined
}

/**
 * Measured by the `Date` of the response and by the local clock, whichever expires sooner: the response may come from
 * a cache, and a clock may be wrong. A value that is not a date counts as expired.
 */
function untilExpiry(headers: Headers, now: number): number | undefined {
  const expires = headers.get('expires')
  if (expires === null) return undefined
  const until = secondsOf(expires) ?? 0
  return until - Math.max(now, secondsOf(headers.get('date') ?? '') ?? now)
}

function secondsOf(text: string): number | undefined {
  const at = httpDate.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000)
}
