import type { AnyRequirement } from '@aauth-guard/core'
import { asksPerson } from '@aauth-guard/core/adapter'
import { assertDisjoint, type RoutePaths } from './assert-disjoint.ts'
import { loosePath } from './loose-path.ts'
import { isNeverServed, type Match, type PathPattern, PathTree } from './path-tree.ts'
import type { Route } from './route.ts'
import type { Found, RouteTable } from './route-table.ts'

const maxRoutes = 1000
const maxTarget = 16_384
const methodName = /^[A-Z][A-Z-]{0,31}$/
const routePath = /^(?:\/[\w.~!$&'()+,=:@%-]*)+$/
const prefix = /^(?:\/[\w.~!$&'()+,=:@-]+)*$/
const originOrAbsolute = /^(?:https?:\/\/[^/?#]*)?(?=[/?]|$)/i
const visibleAscii = /^[\x21-\x7e]+$/
const twoSlashes = /^\/(?:[/\\]|%2f|%5c)/i

/**
 * Compiles routes into a table. A path is compared octet for octet with what was signed, and then once more in the form
 * in which the most lenient server reads it: an upstream never serves under one route what another one guards.
 *
 * @throws {TypeError} naming the route that cannot be used, or both routes that take the same request
 */
export function compileRoutes(routes: readonly Route[]): RouteTable {
  if (routes.length > maxRoutes)
    throw new TypeError(`there are ${routes.length} routes: write at most ${maxRoutes}`)
  for (const route of routes) assertUnmanaged(route)
  const paths = routes.map(pathsOf)
  assertDisjoint(paths)
  const exact = new PathTree('kept')
  const loose = new PathTree('cut')
  for (const entry of paths) {
    exact.add(entry.exact, entry.route)
    loose.add(entry.loose, entry.route)
  }
  return Object.freeze({
    routes: Object.freeze([...routes]),
    find: (method: string, target: string): Found => find(exact, loose, method, target),
  })
}

/** The answer of the upstream would have to carry what the guard says. @throws {TypeError} */
function assertUnmanaged({ name, requirement }: Route): void {
  const part = requirement.sessions === true ? '"sessions"' : 'requireInteraction'
  if (requirement.sessions === true || asksPerson(requirement as AnyRequirement))
    throw new TypeError(
      `the route ${JSON.stringify(name)} uses ${part}, which works neither in the reverse proxy nor in forward auth or ext_authz: guard the route in the upstream, with an adapter such as @aauth-guard/express`,
    )
}

function find(exact: PathTree, loose: PathTree, method: string, rawTarget: string): Found {
  if (rawTarget.length > maxTarget) return ambiguous(`the target has more than ${maxTarget} octets`)
  const target = originForm(rawTarget)
  if (target === undefined) return ambiguous('the target is not a path in visible ASCII')
  const path = pathOf(target)
  const found = exact.find(method, segmentsOf(path))
  if (found.outcome === 'none') return found
  const read = loosePath(path)
  if (read.outcome === 'refused') return ambiguous(read.hint)
  if (found.outcome === 'method') return found
  const { route } = found
  if (read.encodedSlash && !route.encodedSlash)
    return ambiguous('the path has an encoded slash, which "encodedSlash" of the route would allow')
  const forms = route.path === '*' ? read.forms.flatMap(withoutExtension) : read.forms
  for (const form of forms) {
    const other = loose.find(method.toUpperCase(), form)
    if (other.outcome !== 'route' || other.route !== route) return ambiguous(readAs(route, other))
  }
  const forwarded = route.addPrefix + target.slice(route.cutPrefix.length)
  if (twoSlashes.test(forwarded)) return ambiguous('what goes on to the upstream begins with two slashes')
  return { outcome: 'route', route, target: forwarded }
}

/** The target without scheme and authority, which the signature is compared with elsewhere. */
function originForm(raw: string): string | undefined {
  if (!visibleAscii.test(raw) || raw.includes('#')) return undefined
  const before = originOrAbsolute.exec(raw)?.[0]
  if (before === undefined) return undefined
  const target = raw.slice(before.length)
  const origin = target.startsWith('/') ? target : `/${target}`
  return pathOf(origin).includes('\\') ? undefined : origin
}

function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

function segmentsOf(path: string): string[] {
  return path.slice(1).split('/')
}

/** Frameworks take `/admin.json` for `/admin`; a route that says so is not the rest. */
function withoutExtension(form: readonly string[]): (readonly string[])[] {
  const last = form.at(-1)
  const dot = last?.lastIndexOf('.') ?? -1
  return dot > 0 ? [form, [...form.slice(0, -1), (last as string).slice(0, dot)]] : [form]
}

function readAs({ name }: Route, other: Match): string {
  const theirs =
    other.outcome === 'route' ? `the route ${JSON.stringify(other.route.name)}` : 'none of the routes'
  return `the route is ${JSON.stringify(name)}, and to a server that reads paths loosely it is ${theirs}`
}

function ambiguous(hint: string): Found {
  return { outcome: 'ambiguous', hint }
}

function pathsOf(route: Route): RoutePaths {
  const whose = `the route ${JSON.stringify(route.name)}`
  for (const method of route.methods ?? [])
    if (!methodName.test(method) || isNeverServed(method))
      throw new TypeError(
        `${whose} has the method ${JSON.stringify(method)}: write names such as GET or POST; CONNECT and TRACE are refused`,
      )
  if (route.methods?.length === 0)
    throw new TypeError(`${whose} has no methods: list some, or leave "methods" out for all of them`)
  if (!prefix.test(route.addPrefix) || !prefix.test(route.cutPrefix))
    throw new TypeError(`${whose} has a prefix that is not a path: write it as /v1, with no slash at its end`)
  const { path, cutPrefix } = route
  if (path === '*') {
    if (cutPrefix === '') return { route, exact: undefined, loose: undefined }
    throw new TypeError(`${whose} takes the rest, so that no prefix can be cut: leave it out`)
  }
  const below = path.endsWith('/*')
  const fixed = below ? path.slice(0, -2) : path
  if (!(fixed === '' && below) && !routePath.test(fixed))
    throw new TypeError(
      `${whose} has the path ${JSON.stringify(path)}: write /notes for one path, or /notes/* for what is below it`,
    )
  if (below && fixed.endsWith('/'))
    throw new TypeError(`${whose} has the path ${JSON.stringify(path)}: write one slash before the *`)
  if (!path.startsWith(`${cutPrefix}/`))
    throw new TypeError(`${whose} does not begin with ${JSON.stringify(cutPrefix)}, which it cuts`)
  return { route, ...patterns(whose, fixed, below) }
}

function patterns(whose: string, fixed: string, below: boolean): Omit<RoutePaths, 'route'> {
  const read = loosePath(fixed === '' ? '/' : fixed)
  if (read.outcome === 'refused') throw new TypeError(`${whose} takes no request: ${read.hint}`)
  if (read.encodedSlash || read.forms.length > 1)
    throw new TypeError(
      `${whose} has an encoded "/", ";", "?" or "#" in its path: write the part before it and /*`,
    )
  const kind = below ? 'below' : 'exact'
  const segments = fixed === '' ? [] : segmentsOf(fixed)
  return { exact: { kind, segments }, loose: { kind, segments: read.forms[0] as PathPattern['segments'] } }
}
