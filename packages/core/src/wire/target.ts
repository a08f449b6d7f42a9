/** The two parts of a request target that RFC 9421 signs, cut out of it as text. */
export interface Target {
  /** `@path`: at least `/`. */
  readonly path: string
  /** `@query`: with its leading `?`; a bare `?` where the target has none (RFC 9421 §2.2.7). */
  readonly query: string
  /** Set when the client sent absolute form; compare it with the authorities the resource serves. */
  readonly authority?: string
}

const absoluteForm = /^https?:\/\/([^/?#]*)(.*)$/i
const visibleAscii = /^[\x21-\x7e]+$/
// What URL parsers encode, so that one host would see another target than the next (attack E13).
const rewritten = { path: /[\\"<>^`{}]/, query: /["<>]/ }
// A segment that a URL parser would resolve (attack E13).
const dotSegment = /(?:^|\/)\.{1,2}(?:\/|$)/
// Characters that need no encoding and are encoded: some routers decode them and some do not (RFC 3986 §6.2.2.2).
const encodedInVain = /%(?:2[de]|3[0-9]|[46][1-9a-f]|[57][0-9a]|5f|7e)/i

/**
 * Splits a raw request target. Returns `undefined` for a target that a router could read differently: dot segments,
 * characters that URL parsers encode or routers decode, fragments, bytes outside visible ASCII, `*`, authority form.
 */
export function splitTarget(raw: string): Target | undefined {
  if (!visibleAscii.test(raw)) return undefined
  let target = raw
  let authority: string | undefined
  if (raw[0] !== '/') {
    const absolute = absoluteForm.exec(raw)
    if (absolute === null) return undefined
    authority = absolute[1] ?? ''
    target = absolute[2] ?? ''
    if (target[0] !== '/') target = `/${target}`
  }
  if (target.includes('#')) return undefined
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  if (rewritten.path.test(path)) return undefined
  if (path.includes('.') && dotSegment.test(path)) return undefined
  if (path.includes('%') && encodedInVain.test(path)) return undefined
  const query = mark === -1 ? '?' : target.slice(mark)
  if (rewritten.query.test(query)) return undefined
  return authority === undefined ? { path, query } : { path, query, authority }
}
