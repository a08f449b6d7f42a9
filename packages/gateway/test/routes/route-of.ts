import type { Route } from '../../src/routes/route.ts'
import { plainRoute } from '../plain-route.ts'

/** A route with nothing but what a test of paths looks at. Its name is its path. */
export function routeOf(path: string, given: Partial<Route> = {}): Route {
  return {
    ...plainRoute,
    name: path,
    path,
    requirement: {},
    upstream: { name: 'api', origin: { protocol: 'http:', hostname: '127.0.0.1', port: 9 } },
    ...given,
  }
}
