import type { Route } from './route.ts'

/** What the routes say of a request. */
export type Found =
  | {
      readonly outcome: 'route'
      readonly route: Route
      /** What goes on to the upstream: the target as it was sent, but for the prefixes of the route. */
      readonly target: string
    }
  /** No route has the path (404), or only with other methods (405). */
  | { readonly outcome: 'none' }
  | { readonly outcome: 'method'; readonly allowed: readonly string[] }
  /** The target means another route, or none, to a server that reads paths loosely, or it cannot be read (400). */
  | { readonly outcome: 'ambiguous'; readonly hint: string }

/** Routes, compiled: no two of them take the same request. */
export interface RouteTable {
  readonly routes: readonly Route[]
  /** @param target as it was sent, with its query */
  find(method: string, target: string): Found
}
