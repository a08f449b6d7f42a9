import type { PathPattern } from './path-tree.ts'
import type { Route } from './route.ts'

/** A route with the paths that it takes: as they are written, and as the most lenient server reads them. */
export interface RoutePaths {
  readonly route: Route
  /** `undefined` for the rest. */
  readonly exact: PathPattern | undefined
  readonly loose: PathPattern | undefined
}

/** @throws {TypeError} naming both routes, where two take the same request */
export function assertDisjoint(routes: readonly RoutePaths[]): void {
  for (const [index, one] of routes.entries())
    for (const other of routes.slice(index + 1)) {
      if (!shareMethod(one.route, other.route)) continue
      const names = `the routes ${JSON.stringify(one.route.name)} (${one.route.path}) and ${JSON.stringify(other.route.name)} (${other.route.path})`
      if (one.exact === undefined || other.exact === undefined) {
        if (one.exact === other.exact)
          throw new TypeError(`${names} both take the rest: keep one, or give them different methods`)
      } else if (sharePath(one.exact, other.exact))
        throw new TypeError(`${names} take the same requests: give them different paths or methods`)
      else if (sharePath(one.loose as PathPattern, other.loose as PathPattern))
        throw new TypeError(
          `${names} are the same to a server that decodes paths, ignores case or cuts slashes: keep one of them`,
        )
    }
}

function shareMethod({ methods: ours }: Route, { methods: theirs }: Route): boolean {
  return ours === undefined || theirs === undefined || ours.some((method) => theirs.includes(method))
}

function sharePath(one: PathPattern, other: PathPattern): boolean {
  if (one.kind === 'exact' && other.kind === 'exact')
    return one.segments.length === other.segments.length && isPrefix(one.segments, other.segments)
  if (one.kind === 'below' && other.kind === 'below')
    return isPrefix(one.segments, other.segments) || isPrefix(other.segments, one.segments)
  const [below, exact] = one.kind === 'below' ? [one, other] : [other, one]
  const further = exact.segments.slice(below.segments.length)
  // `/notes/` beside `/notes/*` is a route of its own.
  if (further.length === 0 || (further.length === 1 && further[0] === '')) return false
  return isPrefix(below.segments, exact.segments)
}

function isPrefix(short: readonly string[], long: readonly string[]): boolean {
  return short.length <= long.length && short.every((segment, index) => segment === long[index])
}
