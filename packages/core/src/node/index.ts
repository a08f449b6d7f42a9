export { bufferContent } from './buffer-content.ts'
export { readContent } from './read-content.ts'
export { rememberContent, signedRequest } from './signed-request.ts'
export { refuseUpgrade, verifyUpgrade } from './verify-upgrade.ts'
