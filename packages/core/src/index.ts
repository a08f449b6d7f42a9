export { type Answer, answer } from './answer.ts'
export {
  authorize,
  bindContent,
  type ContentBinding,
  checkRequirement,
  contentBinding,
  verifyContent,
} from './authorize.ts'
export {
  AAuthError,
  type AAuthErrorCode,
  isAAuthError,
  type RefusalDetails,
  type RequirementName,
  type SignatureErrorCode,
} from './errors.ts'
export { fetchGuard, type GuardedHandler } from './fetch-guard.ts'
export { checkContent, fetchRequest } from './fetch-request.ts'
export type { Trust, Trusted, TrustPolicy } from './keys/trust.ts'
export type { Limits, ResourceDisplay, ResourceOptions, SigningKey } from './options.ts'
export { passesPreflight } from './preflight.ts'
export { demandCheckedContent, readIdentity } from './read-identity.ts'
export type { AnyRequirement, Authorized, Requirement } from './requirement.ts'
export { createResource, type Resource } from './resource.ts'
export { answerWellKnown } from './routes/well-known.ts'
export type { ReplayScope } from './signature/replay.ts'
export type { Revocation } from './stores/revocations.ts'
export type {
  AgentAuth,
  AgentClass,
  Auth,
  AuthFor,
  MissionHeaderAuth,
  PersonAuth,
  PersonTokenAuth,
} from './token/auth.ts'
export type { Mission } from './token/claims.ts'
export type { Generation, TokenKind } from './token/kinds.ts'
export type { SignedRequest } from './wire/signed-request.ts'
