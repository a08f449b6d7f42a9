export { Agent, type AgentRequest, type FetchOptions, type SignOptions, toRequest } from './agent.ts'
export type { TestClock } from './clock.ts'
export { type Corruption, corruptions, corruptToken } from './corrupt.ts'
export { dial } from './dial.ts'
export {
  type ExchangeDeparture,
  type ExchangeMisbehaviour,
  exchangeDepartures,
} from './exchange-misbehaviour.ts'
export type { IssuedToken, TokenSelection } from './issued-tokens.ts'
export { type Generation, type Grant, type IssuerRole, TestIssuer, type TokenChanges } from './issuer.ts'
export { type Algorithm, makeKey, type TestKey } from './keys.ts'
export { type CallOptions, type CallOutcome, TokenRefused } from './ladder.ts'
export { type Listening, listen } from './listen.ts'
export { type Misbehaviour, misbehaviours } from './misbehaviour.ts'
export { type StatusMisbehaviour, statusMisbehaviours } from './mission-status.ts'
export type { MissionProposal, Missions, TestMission } from './missions.ts'
export { type AgentMistake, agentMistakes } from './mistakes.ts'
export {
  type AgentOptions,
  createTestNetwork,
  type LoggedFetch,
  type NetworkOptions,
  TestNetwork,
} from './network.ts'
export type { PendingRequest } from './pending-requests.ts'
export type { AskOptions, ProposedMission } from './propose-mission.ts'
export { type ReplayBounds, type ReplayCheckOptions, replayStoreChecks } from './replay-store-checks.ts'
export {
  type RevocationBounds,
  type RevocationCheckOptions,
  revocationStoreChecks,
} from './revocation-store-checks.ts'
export type { RevocationBody, RevokeOptions } from './revoke.ts'
export type { DownstreamRevocation, RevocationFault, RevocationOutcome } from './revoke-issued.ts'
export type { ServedIssuers } from './served-issuers.ts'
export { type ServerMistake, serverMistakes } from './server-mistakes.ts'
export type { ServerRequest, ServerSignOptions } from './server-signature.ts'
export { type Component, type Draft, type SignedMessage, signDraft } from './sign.ts'
export { toSignedRequest } from './signed-request.ts'
export type { StoreCheck, StoreCheckOptions, StoreClock } from './store-checks.ts'
export type { TokenPolicy } from './token-policy.ts'
export {
  type TombstoneBounds,
  type TombstoneCheckOptions,
  tombstoneStoreChecks,
} from './tombstone-store-checks.ts'
