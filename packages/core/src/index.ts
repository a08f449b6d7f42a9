export { type Answer, answer } from './answer.ts'
export { type AuthorizeOptions, authorize } from './authorize.ts'
export { authorizeServer } from './authorize-server.ts'
export { type Capability, capabilitiesOf } from './capabilities.ts'
export { verifyContent } from './content-binding.ts'
export {
  AAuthError,
  type AAuthErrorCode,
  isAAuthError,
  type RefusalDetails,
  type RequirementName,
  type SignatureErrorCode,
} from './errors.ts'
export type { Trust, Trusted, TrustPolicy } from './keys/trust.ts'
export { type Lifetime, lifetimeOf } from './lifetime/lifetime-of.ts'
export type { MissionStatus, MissionWatch, MissionWatching } from './mission/watching.ts'
export type { Missions } from './missions.ts'
export type { Limits, ResourceDisplay, ResourceOptions, Signer, SigningKey } from './options.ts'
export type { IdentityOptions } from './read-identity.ts'
export type {
  AnyRequirement,
  Authorized,
  ClassPolicy,
  DefaultRequirement,
  Requirement,
} from './requirement.ts'
export { createResource, type Resource } from './resource.ts'
export { resourceLink } from './resource-link.ts'
export type { RoutedRequest } from './routed-request.ts'
export type { ReplayScope } from './signature/replay.ts'
export { issueResourceToken, type StepUp, stepUp } from './step-up.ts'
export type {
  FoundRevocation,
  ReplayMark,
  ReplayStore,
  ReplayVerdict,
  Revocation,
  RevocationEntry,
  RevocationStore,
  RevocationVerdict,
  Stores,
  Tombstone,
  TombstoneEntry,
  TombstoneStore,
  TombstoneVerdict,
} from './stores/stores.ts'
export type {
  AgentAuth,
  AgentClass,
  Auth,
  AuthFor,
  MissionHeaderAuth,
  PersonAuth,
  PersonNeed,
  PersonTokenAuth,
} from './token/auth.ts'
export type { Mission, VerifiedClaims } from './token/claims.ts'
export type { FurtherClaims } from './token/further-claims.ts'
export type { Generation, TokenKind } from './token/kinds.ts'
export { personKey } from './token/person-key.ts'
export type { VerifiedServer } from './verify-server.ts'
export type { SignedRequest } from './wire/signed-request.ts'
