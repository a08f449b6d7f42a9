export type { Arriving, Redeeming } from './arrive.ts'
export type { AskedBy, WaitingRequest } from './ask-person.ts'
export {
  type Asking,
  type Completing,
  type Decided,
  type Deciding,
  type InteractionPage,
  interactionPage,
} from './interaction-page.ts'
export { type ManagedOptions, managedAccess } from './managed-access.ts'
export type { AccountOf, InteractionOptions } from './managed-settings.ts'
export type { AnsweredQuestion, PageRequest } from './page-request.ts'
export { type InteractionRequirement, requireInteraction } from './require-interaction.ts'
export type { SealingKey } from './sealing-keys.ts'
