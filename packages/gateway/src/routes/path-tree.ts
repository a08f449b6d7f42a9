import type { Route } from './route.ts'

/** Which paths a route takes, as segments. */
export interface PathPattern {
  readonly kind: 'exact' | 'below'
  readonly segments: readonly string[]
}

/** Which route takes a path with a method. */
export type Match =
  | { readonly outcome: 'route'; readonly route: Route }
  | { readonly outcome: 'method'; readonly allowed: readonly string[] }
  | { readonly outcome: 'none' }

interface Node {
  readonly children: Map<string, Node>
  readonly exact: Route[]
  readonly below: Route[]
}

/** Routes by the segments of their paths. A lookup walks at most as deep as the longest path of a route. */
export class PathTree {
  readonly #root = emptyNode()
  readonly #rest: Route[] = []
  readonly #slash: 'kept' | 'cut'

  /** @param slash whether a slash at the end of a path is an empty segment, or was cut from paths and routes alike */
  constructor(slash: 'kept' | 'cut') {
    this.#slash = slash
  }

  /** @param pattern `undefined` for the rest */
  add(pattern: PathPattern | undefined, route: Route): void {
    if (pattern === undefined) {
      this.#rest.push(route)
      return
    }
    let node = this.#root
    for (const segment of pattern.segments) {
      const next = node.children.get(segment) ?? emptyNode()
      node.children.set(segment, next)
      node = next
    }
    node[pattern.kind].push(route)
  }

  find(method: string, segments: readonly string[]): Match {
    const takers = this.#takers(segments)
    return byMethod(method, takers.length > 0 ? takers : this.#rest)
  }

  #takers(segments: readonly string[]): readonly Route[] {
    const takers: Route[] = []
    // `/notes/*` takes `/notes/` as well, unless a route has that path for itself.
    const slashAt =
      this.#slash === 'cut' ? segments.length : segments.at(-1) === '' ? segments.length - 1 : -1
    let ofSlash: readonly Route[] = []
    let ofPath: readonly Route[] = []
    let node: Node | undefined = this.#root
    for (let at = 0; node !== undefined && at <= segments.length; at++) {
      if (at === slashAt) ofSlash = node.below
      else if (at < segments.length) takers.push(...node.below)
      if (at === segments.length) ofPath = node.exact
      node = node.children.get(segments[at] as string)
    }
    return takers.concat(ofPath.length > 0 ? ofPath : ofSlash)
  }
}

function byMethod(method: string, takers: readonly Route[]): Match {
  const route = takers.find(({ methods }) => methods?.includes(method) ?? !isNeverServed(method))
  if (route !== undefined) return { outcome: 'route', route }
  if (takers.length === 0) return { outcome: 'none' }
  return { outcome: 'method', allowed: [...new Set(takers.flatMap(({ methods }) => methods ?? []))] }
}

function emptyNode(): Node {
  return { children: new Map(), exact: [], below: [] }
}

/** Methods that speak to the gateway itself, not to what is behind it. */
export function isNeverServed(method: string): boolean {
  return method === 'CONNECT' || method === 'TRACE'
}
