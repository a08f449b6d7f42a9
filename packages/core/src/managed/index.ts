export type { Arriving, Redeeming } from './arrive.ts'
export type { Asking } from './ask-agent.ts'
export type { AskedBy, WaitingRequest } from './ask-person.ts'
export type { InteractionRequirement } from './asked-question.ts'
export { type ConsentData, readConsentData, refreshConsentData } from './consent-data.ts'
export {
  type ConsentOptions,
  type ConsentSummary,
  createConsent,
  findStandingConsent,
  narrowConsent,
} from './create-consent.ts'
export type { Completing, Decided, Deciding } from './decide.ts'
export { grantSession } from './grant-session.ts'
export type { HeldCall, ProposedCall } from './held/call.ts'
export type { HeldClaim } from './held/held-record.ts'
export type { RunHeld, UnknownOutcome } from './held/held-route.ts'
export { type Hold, hold } from './held/hold.ts'
export type { HoldOptions } from './held/hold-options.ts'
export type { PerCallOptions, Proposal } from './held/per-call.ts'
export type { HeldResult } from './held/result.ts'
export { type InteractionPage, interactionPage } from './interaction-page.ts'
export { type ManagedOptions, managedAccess } from './managed-access.ts'
export type { AccountOf, InteractionOptions } from './managed-settings.ts'
export type { AnsweredQuestion, PageRequest } from './page-request.ts'
export { requireInteraction } from './require-interaction.ts'
export type { SealingKey } from './sealing-keys.ts'
