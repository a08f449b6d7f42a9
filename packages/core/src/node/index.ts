/** Hosts that hand over Node's messages. */
export { dropRepresentation, keepPrivate, sendNoContent } from './answer-headers.ts'
export { bufferContent } from './buffer-content.ts'
export {
  type GuardedMessage,
  guardMessage,
  type MessageGuard,
  type PassedMessage,
  passPreflight,
} from './guard-message.ts'
export { guardedFetch } from './guarded-fetch.ts'
export { createIdentitySlot, type IdentitySlot } from './identity-slot.ts'
export { readContent } from './read-content.ts'
export { removeHeaders } from './remove-headers.ts'
export { removeMissionHeader } from './remove-mission-header.ts'
export { rememberContent, signedRequest } from './signed-request.ts'
export { refuseUpgrade, verifyUpgrade } from './verify-upgrade.ts'
