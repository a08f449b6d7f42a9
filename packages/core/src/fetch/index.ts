/** For hosts that map a `Request` to a `Response`: Bun, Deno, Workers, and Node through a bridge. */
export { fetchGuard, type GuardedHandler } from './fetch-guard.ts'
export { checkContent, fetchRequest, readContent, withoutMissionHeader } from './fetch-request.ts'
export { holdCalls } from './hold-calls.ts'
