import type { Placed } from '../claim.ts'
import { actorChains } from './actors.ts'
import { agentTokens } from './agent-token.ts'
import { authTokens } from './auth-token.ts'
import { confirmedKey } from './confirmed-key.ts'
import { content } from './content.ts'
import { coverage } from './coverage.ts'
import { olderEndpoints, personEndpoints, revocationEndpoint } from './endpoints.ts'
import { freshness } from './freshness.ts'
import { introductions } from './introductions.ts'
import { issuerDocuments } from './issuer-documents.ts'
import { issuerKeys } from './issuer-keys.ts'
import { issuerNames } from './issuer-names.ts'
import { knownTokens } from './known-token.ts'
import { olderMissionDemands, personMissionDemands } from './mission-demands.ts'
import { missionHeader } from './mission-header.ts'
import { olderMissions, personMissions } from './missions.ts'
import { newerAlgorithms } from './newer-algorithms.ts'
import { olderAlgorithms } from './older-algorithms.ts'
import { olderAuthTokens } from './older-auth-token.ts'
import { olderChallenges } from './older-challenges.ts'
import { personChallenges } from './person-challenges.ts'
import { personPolicy } from './person-policy.ts'
import { personTokens } from './person-token.ts'
import { possession } from './possession.ts'
import { replay } from './replay.ts'
import { schemes } from './schemes.ts'
import { signatureFields } from './signature-fields.ts'
import { tokenHeader } from './token-header.ts'
import { tokenIssuer } from './token-issuer.ts'
import { tokenText } from './token-text.ts'
import { tokenTimes } from './token-times.ts'
import { transport } from './transport.ts'
import { unsigned, unsignedPersons } from './unsigned.ts'

/** Every claim, in the order in which a verifier comes to it. */
export const allClaims: readonly Placed[] = [
  transport,
  unsigned,
  unsignedPersons,
  signatureFields,
  schemes,
  coverage,
  freshness,
  tokenText,
  tokenHeader,
  tokenIssuer,
  issuerNames,
  tokenTimes,
  confirmedKey,
  issuerDocuments,
  issuerKeys,
  possession,
  content,
  knownTokens,
  replay,
  agentTokens,
  personTokens,
  authTokens,
  newerAlgorithms,
  personChallenges,
  personPolicy,
  personMissionDemands,
  personMissions,
  olderAuthTokens,
  actorChains,
  introductions,
  olderAlgorithms,
  missionHeader,
  olderMissions,
  olderChallenges,
  olderMissionDemands,
  personEndpoints,
  olderEndpoints,
  revocationEndpoint,
].flat()
