export { type ConsentData, readConsentData, refreshConsentData } from './consent-data.ts'
export {
  type ConsentOptions,
  type ConsentSummary,
  createConsent,
  findStandingConsent,
  narrowConsent,
} from './create-consent.ts'
export { grantSession } from './grant-session.ts'
export { type ManagedOptions, managedAccess } from './managed-access.ts'
export type { SealingKey } from './sealing-keys.ts'
