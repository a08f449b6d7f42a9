import type { Route } from '../../src/routes/route.ts'
import { plainRoute } from '../plain-route.ts'

/** A route of the tests of headers. */
export function routeWith(changed: Partial<Route> = {}): Route {
  return {
    ...plainRoute,
    name: 'notes',
    path: '/notes',
    requirement: {},
    upstream: {
      name: 'notes-app',
      origin: { protocol: 'http:', hostname: '127.0.0.1', port: 8080 },
    },
    ...changed,
  }
}
