import type { JWK } from 'jose'
import type { DecisionListener, DecisionRecorder, EventListener } from '../events/listeners.ts'
import type { ObserveOptions } from '../events/person-hash.ts'
import type { Signer, SigningKey } from '../keys/signing-key.ts'
import type { ReplayScope } from '../signature/replay.ts'
import type { Stores } from '../stores/stores.ts'
import type { Generation } from '../token/kinds.ts'
import type { LogOption } from './check-log.ts'
import type { DefaultRequirement } from './requirement.ts'
import type { Trust } from './trust.ts'

/** The kind of token that an agent needs, as the metadata announces it. */
export type AccessMode = 'agent-token' | 'person-token' | 'auth-token' | 'session-token'

/** Whether a person has an account. */
export type AccountCheck = (
  account: string,
  person: { readonly ps: string; readonly sub: string },
) => boolean | Promise<boolean>

/** Optional members of `aauth-resource.json` for people (draft 11 §11.2). */
export interface ResourceDisplay {
  readonly name?: string
  readonly description?: string
  readonly logo_uri?: string
  readonly logo_dark_uri?: string
  readonly documentation_uri?: string
  readonly tos_uri?: string
  readonly policy_uri?: string
  /** R3 vocabularies: from the name of a vocabulary to the https URL of its document (draft 11 §12.1.1). */
  readonly r3_vocabularies?: Readonly<Record<string, string>>
}

/** Limits. SECURITY.md lists the defaults and maxima. */
export interface Limits {
  /** Milliseconds for metadata and JWKS together; default 3000, at most 10 000. */
  readonly fetchDeadline: number
  /**
   * Milliseconds that a request may wait in total for keys, stores, mission status, the signer, and callbacks such as
   * `check`, but not for its own content. After that the response is 503. Default 5000, 1000 to 30 000. Each call to a
   * store may take 500 of them.
   */
  readonly requestDeadline: number
  /** Number of verified tokens in the cache. Default 5000, at most 50 000. */
  readonly verifiedTokens: number
  /** Number of issuers not listed in `trust` whose keys are cached. Default 250, at most 10 000. */
  readonly unlistedIssuers: number
  /**
   * Number of signatures remembered against replay for all issuers not listed in `trust` together. Default 100 000, at
   * most 1 000 000. One of these issuers can use at most half. Each signature takes about 130 octets, until two minutes
   * after `created` with the default `signatureWindow`.
   */
  readonly replays: number
  /** Number of signatures remembered for one issuer listed in `trust`. Default 500 000, at most 1 000 000. */
  readonly replaysPerIssuer: number
  /**
   * Number of signatures remembered for one key. Default 20 000, at most 1 000 000. The default is enough for 100
   * requests per second, even if the clock of the agent is a minute ahead.
   */
  readonly replaysPerKey: number
  /** Number of mission terminations remembered for one person server. Default 10 000, at most 1 000 000. */
  readonly tombstones: number
}

/** The options, checked and completed. */
export interface ResourceSettings {
  readonly issuer: string
  readonly trust: Trust
  readonly authorities: readonly string[]
  readonly strippedPrefix: string
  readonly cors: boolean
  readonly scopes: ReadonlyMap<string, string>
  readonly defaultScope: string | undefined
  readonly accessServer: string | undefined
  readonly acceptPersonServerTokens: boolean
  readonly generations: ReadonlySet<Generation>
  readonly signingKey: SigningKey | Signer | undefined
  readonly publishedKeys: readonly JWK[]
  readonly accessMode: AccessMode
  readonly accounts: AccountCheck | undefined
  readonly revocationDelegates: ReadonlyMap<string, readonly string[]>
  readonly legacyPersonTokenJti: 'auto' | 'never' | readonly string[]
  readonly stores: Stores
  readonly staleReads: number
  readonly signatureWindow: number
  readonly additionalSignatureComponents: readonly string[]
  readonly otherSignatureSchemes: readonly string[]
  readonly replay: ReplayScope
  readonly ed25519: 'platform' | 'sodium-native'
  readonly claims: readonly string[]
  readonly require: DefaultRequirement
  readonly maxAgentTokenLifetime: number | undefined
  readonly fetch: typeof fetch | undefined
  readonly now: () => number
  readonly metadata: ResourceDisplay
  readonly onDecision: DecisionListener | undefined
  readonly onEvent: EventListener | undefined
  readonly recorder: DecisionRecorder | undefined
  readonly observe: ObserveOptions
  readonly log: LogOption
  readonly problemTypes: string | undefined
  readonly limits: Limits
}
