export { type DevOptions, type DevResourceOptions, devOptions } from '@aauth-guard/core/dev'
export { Agent } from './agent/agent.ts'
export type { CallOutcome } from './agent/call.ts'
export type { CallOptions } from './agent/call-options.ts'
export type { AskedInteraction, ClarificationDetails, DeferralOptions } from './agent/deferral.ts'
export { PendingUrlError } from './agent/follow-pending.ts'
export type { AskOptions, ProposedMission } from './agent/propose-mission.ts'
export type { AgentRequest, FetchOptions, SignOptions } from './agent/requests.ts'
export { TokenRefused } from './agent/token-exchange.ts'
export type { Approval } from './issuer/approval.ts'
export {
  type ExchangeMisbehaviour,
  type ExchangeMismatchName,
  exchangeMismatches,
} from './issuer/exchange-misbehaviour.ts'
export type { IssuedToken, TokenSelection } from './issuer/issued-tokens.ts'
export { type Grant, TestIssuer, type TokenChanges } from './issuer/issuer.ts'
export { type Misbehaviour, misbehaviours } from './issuer/misbehaviour.ts'
export type { MissionProposal, Missions, TestMission } from './issuer/missions.ts'
export type { PendingRequest } from './issuer/pending-requests.ts'
export type { DownstreamRevocation, RevocationFault, RevocationOutcome } from './issuer/revoke-issued.ts'
export { restoreIssuer, type SavedIssuer, saveIssuer } from './issuer/saved-issuer.ts'
export { type StatusMisbehaviour, statusMisbehaviours } from './issuer/status-misbehaviour.ts'
export type { ConsentQuestion, TokenPolicy } from './issuer/token-policy.ts'
export {
  type AgentOptions,
  createTestNetwork,
  type LoggedFetch,
  type NetworkOptions,
  TestNetwork,
} from './network.ts'
export { type AgentMistake, agentMistakes } from './signing/agent-mistakes.ts'
export { type Corruption, corruptions, corruptToken } from './signing/corrupt.ts'
export { type Algorithm, makeKey, type TestKey } from './signing/keys.ts'
export { type ServerMistake, serverMistakes } from './signing/server-mistakes.ts'
export type { ServerRequest, ServerSignOptions } from './signing/server-signature.ts'
export { type Component, type Draft, type SignedMessage, signDraft } from './signing/sign.ts'
export { toRequest, toSignedRequest } from './signing/signed-request.ts'
export { type LinkBounds, type LinkCheckOptions, linkStoreChecks } from './store-checks/link.ts'
export type { PushOptions } from './store-checks/push.ts'
export { type RecordCheckOptions, recordStoreChecks } from './store-checks/record.ts'
export type { RecordBounds } from './store-checks/record-subject.ts'
export { type ReplayBounds, type ReplayCheckOptions, replayStoreChecks } from './store-checks/replay.ts'
export {
  type RevocationBounds,
  type RevocationCheckOptions,
  revocationStoreChecks,
} from './store-checks/revocation.ts'
export { type StatusBounds, type StatusCheckOptions, statusStoreChecks } from './store-checks/status.ts'
export type { StoreCheck, StoreCheckOptions, StoreClock } from './store-checks/store-checks.ts'
export {
  type TombstoneBounds,
  type TombstoneCheckOptions,
  tombstoneStoreChecks,
} from './store-checks/tombstone.ts'
export type { TestClock } from './world/clock.ts'
export type { RevocationBody, RevokeOptions } from './world/deliver.ts'
export { dial } from './world/dial.ts'
export { type Listening, listen } from './world/listen.ts'
export type { Generation, IssuerRole } from './world/roles.ts'
export type { ServedIssuers } from './world/served-issuers.ts'
