export { type ManagedOptions, managedAccess } from './managed-access.ts'
export type { SealingKey } from './sealing-keys.ts'
