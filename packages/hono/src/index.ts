export { getCaller } from './get-caller.ts'
export { type GuardOptions, protect } from './protect.ts'
export { requireGrant } from './require-grant.ts'
export { wellKnown } from './well-known.ts'
