export { type AuthorizeOptions, authorize } from './authorize/authorize.ts'
export { authorizeServer } from './authorize/authorize-server.ts'
export { type Capability, capabilitiesOf } from './authorize/capabilities.ts'
export { verifyContent } from './authorize/content.ts'
export type { IdentityOptions } from './authorize/read-identity.ts'
export { issueResourceToken, type StepUp, stepUp } from './authorize/step-up.ts'
export {
  AAuthError,
  type AAuthErrorCode,
  isAAuthError,
  type RefusalDetails,
  type RequirementName,
  type SignatureErrorCode,
} from './errors/aauth-error.ts'
export { type Answer, answer } from './errors/answer.ts'
export type { Payment } from './errors/payment.ts'
export type { DecisionEvent, DecisionPoint } from './events/decision-event.ts'
export type {
  DecisionListener,
  DecisionRecorder,
  EventListener,
  ResourceListeners,
  StoreCallListener,
} from './events/listeners.ts'
export type { Logger } from './events/logger.ts'
export type { ObserveOptions } from './events/person-hash.ts'
export type { RequestEvidence } from './events/request-evidence.ts'
export type {
  CircuitChangedEvent,
  DiscoveryLimitedEvent,
  HeldCallUnknownEvent,
  IssuerPurgedEvent,
  IssuerRefusedEvent,
  KeysFetchedEvent,
  MissionTerminatedEvent,
  ResourceEvent,
  ResourceHappening,
  RevokedBy,
  StoreFailedEvent,
  TerminationSource,
  TokenRevokedEvent,
} from './events/resource-event.ts'
export type { Signer, SigningKey } from './keys/signing-key.ts'
export {
  type AlternativeCredential,
  type AlternativeOptions,
  type AlternativeRequirement,
  alternativeCredential,
  type Exemption,
  type OtherIdentity,
} from './resource/alternative-credential.ts'
export type { ChallengeTerms } from './resource/challenge-terms.ts'
export { createResource } from './resource/create-resource.ts'
export type { FoundSession, Managed, ManagedAccess, ManagedSelection } from './resource/managed-access.ts'
export type { MissionMonitor, MissionStatus } from './resource/mission-monitor.ts'
export type { Missions } from './resource/missions.ts'
export type { ResourceOptions } from './resource/options.ts'
export type { OutstandingToken, OutstandingTokens } from './resource/outstanding-tokens.ts'
export type {
  AnyRequirement,
  Authorized,
  Caller,
  ClassPolicy,
  DefaultRequirement,
  OtherCaller,
  Requirement,
} from './resource/requirement.ts'
export type { Resource } from './resource/resource.ts'
export { resourceLink } from './resource/resource-link.ts'
export type { Limits, ResourceDisplay } from './resource/settings.ts'
export type {
  BudgetSnapshot,
  CacheSnapshot,
  IssuerSnapshot,
  MissionSnapshot,
  ResourceSnapshot,
  StoreSnapshot,
} from './resource/snapshot.ts'
export type { ManagedAccessFactory, MissionMonitorFactory } from './resource/state.ts'
export type { Trust, Trusted, TrustPolicy } from './resource/trust.ts'
export type { ReplayScope } from './signature/replay.ts'
export type { Link, LinkEntry, LinkStore, LinkVerdict } from './stores/link-store.ts'
export type {
  CreateVerdict,
  RecordChange,
  RecordEnd,
  RecordEntry,
  RecordKey,
  RecordKind,
  RecordList,
  RecordStore,
  ReplaceVerdict,
  StoredRecord,
} from './stores/record-store.ts'
export type { ReplayMark, ReplayStore, ReplayVerdict } from './stores/replay-store.ts'
export type {
  FoundRevocation,
  Revocation,
  RevocationEntry,
  RevocationListener,
  RevocationStore,
  RevocationVerdict,
} from './stores/revocation-store.ts'
export type {
  ClaimVerdict,
  FoundStatus,
  PutVerdict,
  StatusAnswer,
  StatusName,
  StatusStore,
} from './stores/status-store.ts'
export type { StoreCall } from './stores/store-health.ts'
export type { MayWait, SharedStore } from './stores/store-kind.ts'
export type { Stores } from './stores/stores.ts'
export type {
  Tombstone,
  TombstoneEntry,
  TombstoneListener,
  TombstoneStore,
  TombstoneVerdict,
} from './stores/tombstone-store.ts'
export type {
  AgentAuth,
  AgentClass,
  Auth,
  AuthFor,
  MissionHeaderAuth,
  PersonAuth,
  PersonNeed,
  PersonTokenAuth,
  Session,
} from './token/auth.ts'
export type { FurtherClaims, Mission, VerifiedClaims } from './token/claims.ts'
export type { Generation, TokenKind } from './token/kinds.ts'
export { personKey } from './token/person-key.ts'
export { type Lifetime, lifetimeOf } from './verify/lifetime-of.ts'
export type { VerifiedServer } from './verify/verified-server.ts'
export type { RoutedRequest } from './wire/routed-request.ts'
export type { SignedRequest } from './wire/signed-request.ts'
