import type { JWK } from 'jose'
import type { DecisionListener, DecisionRecorder, EventListener } from '../events/events.ts'
import type { ObserveOptions } from '../events/person-hash.ts'
import type { Signer, SigningKey } from '../keys/signing-key.ts'
import type { ReplayScope } from '../signature/replay.ts'
import type { Stores } from '../stores/stores.ts'
import type { Generation } from '../token/kinds.ts'
import type { LogOption } from './check-log.ts'
import type { DefaultRequirement } from './requirement.ts'
import type { Trust } from './trust.ts'

/** How an agent gets in, as the metadata says it. */
export type AccessMode = 'agent-token' | 'person-token' | 'auth-token'

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

/** Defaults and hard maxima of SECURITY.md. */
export interface Limits {
  /** Milliseconds for metadata and JWKS together; default 3000, at most 10 000. */
  readonly fetchDeadline: number
  /**
   * Milliseconds that a request may wait for everything together but its own content: keys, stores, mission status, signer, and callbacks
   * such as `check`; then it is answered 503. Default 5000, 1000 to 30 000. Each call to a store has 500 of them.
   */
  readonly requestDeadline: number
  /** Verified tokens that are kept; default 5000, at most 50 000. */
  readonly verifiedTokens: number
  /** Issuers not named in `trust` whose keys are kept; default 250, at most 10 000. */
  readonly unlistedIssuers: number
  /**
   * Signatures remembered against replay for all issuers that no list in `trust` names, together; default 100 000, at
   * most 1 000 000. One of these issuers has at most half. Each takes about 130 octets, until two minutes after `created`
   * with the default `signatureWindow`.
   */
  readonly replays: number
  /** Signatures remembered of one issuer that a list in `trust` names; default 500 000, at most 1 000 000. */
  readonly replaysPerIssuer: number
  /**
   * Signatures remembered of one key; default 20 000, at most 1 000 000. That is enough for 100 requests a second, also
   * where the clock of the agent is a minute ahead.
   */
  readonly replaysPerKey: number
  /** Terminations of missions remembered of one person server; default 10 000, at most 1 000 000. */
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
  readonly signatureWindow: number
  readonly additionalSignatureComponents: readonly string[]
  readonly otherSignatureSchemes: readonly string[]
  readonly replay: ReplayScope
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
