import type { Route } from '../../src/routes/route.ts'

/** A route with nothing but what a test of paths looks at. Its name is its path. */
export function routeOf(path: string, given: Partial<Route> = {}): Route {
  return {
    name: path,
    path,
    methods: undefined,
    requirement: {},
    upstream: { name: 'api', origin: { protocol: 'http:', hostname: '127.0.0.1', port: 9 } },
    cutPrefix: '',
    addPrefix: '',
    pass: [],
    passNames: [],
    digest: 'buffer',
    maxContent: 1_048_576,
    upgrade: false,
    encodedSlash: false,
    ...given,
  }
}
