import type { Route } from '../src/routes/route.ts'

/** What a route has that says nothing of it. */
export const plainRoute = Object.freeze({
  methods: undefined,
  cutPrefix: '',
  addPrefix: '',
  pass: [],
  passNames: [],
  digest: 'buffer',
  maxContent: 1_048_576,
  upgrade: false,
  encodedSlash: false,
} as const satisfies Partial<Route>)
