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
// A segment that a URL parser would resolve, in any of its spellings (attack E13).
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/**
 * Cuts a raw request target. Returns `undefined` for a target that some router would route elsewhere than its
 * bytes say: dot segments, characters that URL parsers encode, fragments, bytes outside visible ASCII, `*`,
 * authority form.
 */
export function cutTarget(raw: string): Target | undefined {
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
  if (rewritten.path.test(path) || (mayHoldDots(path) && dotSegment.test(path))) return undefined
  const query = mark === -1 ? '?' : target.slice(mark)
  if (rewritten.query.test(query)) return undefined
  return authority === undefined ? { path, query } : { path, query, authority }
}

function mayHoldDots(path: string): boolean {
  return path.includes('.') || path.includes('%2')
}
