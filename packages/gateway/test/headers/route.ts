import type { Route } from '../../src/routes/route.ts'

/** A route of the tests of headers. */
export function routeWith(changed: Partial<Route> = {}): Route {
  return {
    name: 'notes',
    path: '/notes',
    methods: undefined,
    requirement: {},
    upstream: {
      name: 'notes-app',
      origin: { protocol: 'http:', hostname: '127.0.0.1', port: 8080 },
    },
    cutPrefix: '',
    addPrefix: '',
    pass: [],
    passNames: [],
    digest: 'buffer',
    maxContent: 1_048_576,
    upgrade: false,
    encodedSlash: false,
    ...changed,
  }
}
