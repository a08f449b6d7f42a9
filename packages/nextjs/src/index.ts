export { getAuth } from './get-auth.ts'
export { getCaller } from './get-caller.ts'
export { type ProtectedHandler, protect } from './protect.ts'
export { type WellKnownRoutes, wellKnown } from './well-known.ts'
