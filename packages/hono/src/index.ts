export { type GuardOptions, protect } from './protect.ts'
export { wellKnown } from './well-known.ts'
