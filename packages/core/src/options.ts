import type { JWK } from 'jose'
import type { AAuthError } from './errors.ts'
import type { Trust } from './keys/trust.ts'
import type { MissionWatching } from './mission/watching.ts'
import type { DefaultRequirement } from './requirement.ts'
import type { ReplayScope } from './signature/replay.ts'
import type { Stores } from './stores/stores.ts'
import type { Generation } from './token/kinds.ts'
import type { SignedRequest } from './wire/signed-request.ts'

/** A private signing key: Ed25519 or P-256, with `kid` and a fully specified `alg`. */
export type SigningKey = JWK & { readonly kid: string; readonly alg: 'Ed25519' | 'ES256' }

/** A private key that is kept elsewhere, such as in a KMS. */
export interface Signer {
  /** The public key, with `kid` and `alg`. */
  readonly publicKey: JWK & { readonly kid: string; readonly alg: 'Ed25519' | 'ES256' }
  /** Signs octets: 64 octets of Ed25519, or r and s of ES256. */
  sign(octets: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** Options of {@link createResource}. All of them are checked when the resource is made. */
export interface ResourceOptions {
  /** The resource's own server identifier, `https://` and a host: the only `aud` that is accepted. */
  readonly issuer: string
  /** Which issuers are trusted. There is no default: `'any'` must be written. */
  readonly trust: Trust
  /** Host names under which agents call, lower case, with port if it is not 443; default the host of `issuer`. */
  readonly authorities?: readonly string[]
  /**
   * A prefix of the path that a proxy in front takes away, such as `/api`. Agents sign the path they called, so
   * it is put back before the signature is checked. Default none.
   */
  readonly strippedPrefix?: string
  /**
   * Let true CORS preflights (`OPTIONS` with `Origin` and `Access-Control-Request-Method`, unsigned) pass to the
   * middleware behind the guard, without identity and without content in the answer. Default `false`: they are
   * guarded like any request, and CORS middleware belongs before the guard.
   */
  readonly cors?: boolean
  /** The scopes of the resource, each with its description (Markdown) for consent screens. */
  readonly scopes?: Readonly<Record<string, string>>
  /** What a route without `scope` asks for; see the README for the default. */
  readonly defaultScope?: string
  /** The access server that decides for this resource. Resource tokens go there; only its auth tokens count. */
  readonly accessServer?: string
  /** Accept auth tokens of person servers although there is an access server. Default `false`. */
  readonly acceptPersonServerTokens?: boolean
  /**
   * Generations of the wire format that are served; default both. With both, a request without a credential is answered
   * `agent-token` where §6.5 of draft 11 says `person-token`: that is what agents of drafts 01 to 10 understand, and it
   * costs those of draft 11 one round trip. `['person-token']` answers as draft 11 says.
   */
  readonly generations?: readonly Generation[]
  /** Signs resource tokens. Without it a key is made in memory at first use, which a fleet cannot share. */
  readonly signingKey?: SigningKey | Signer
  /** Public keys that are published beside it: the next one ahead of its use, the last one until its tokens died. */
  readonly publishedKeys?: readonly JWK[]
  /** How an agent gets in, for the metadata; advisory. Default `'auth-token'`. */
  readonly accessMode?: 'agent-token' | 'person-token' | 'auth-token'
  /** Whether a person has an account. Without it no account can be asked for at the authorization endpoint. */
  readonly accounts?: (
    account: string,
    person: { readonly ps: string; readonly sub: string },
  ) => boolean | Promise<boolean>
  /** Issuers whose tokens others may revoke too, in drafts 01 to 10: an access server and its person servers (D27). */
  readonly revokers?: Readonly<Record<string, readonly string[]>>
  /**
   * Whether a resource token for a person token carries `person_token_jti`, the older name of `presented_jti`, beside
   * it: `'auto'` (default) always, `'never'` not at all. A list names the audiences that refuse every resource token
   * without it. For them an agent that presents an auth token is sent back for a person token, since a resource token
   * for an auth token never carries the older name; for all others a list means `'auto'`.
   */
  readonly legacyPersonTokenJti?: 'auto' | 'never' | readonly string[]
  /** State that a fleet shares; default the memory of the process. */
  readonly stores?: Stores
  /**
   * Asks whether missions still live, and what may be done under them: `watchMissions()` of
   * `@aauth-guard/core/missions`. Without it only ends that the resource was told of count.
   */
  readonly missions?: MissionWatching
  /** Seconds that `created` may lie in the past or the future: 1 to 300, default 60. */
  readonly signatureWindow?: number
  /**
   * Components every signature must cover beside the four of the protocol, as `components` of a requirement;
   * published in the metadata.
   */
  readonly additionalSignatureComponents?: readonly string[]
  /**
   * Further Signature-Key schemes that your API serves beside `jwt`, behind guards that are `optional` or on routes of
   * its own, such as `hwk`: `Accept-Signature-Scheme` then lists them all (draft 11 §11.3.4.1). Default none.
   */
  readonly otherSignatureSchemes?: readonly string[]
  /**
   * Which requests are accepted once only; default `'auto'`: unsafe methods whose signature has a `nonce` or covers
   * `content-digest`. Whoever captured the head of any other request can send it again, with other content, until
   * `created` and the window.
   */
  readonly replay?: ReplayScope
  /**
   * Further claims of tokens that reach `Auth.claims`, such as `email`, `groups` or `roles`, for a policy of your own
   * (draft 11 §13.7). At most 32 names, none of which may be a claim of AAuth or of every JWT. A token in which they
   * have more than 256 values, 4096 characters or a depth of 8 is refused. Default none.
   */
  readonly claims?: readonly string[]
  /**
   * What every guard of the resource requires where its route says nothing else: `person`, `mission`, `class` and
   * `classPolicy`. A route waives it by name: `mission: 'optional'`, `person: 'optional'`, `class: 'any'`. It binds guards
   * and the authorization endpoint, which issues no resource token that such a guard would refuse; metadata, keys,
   * revocations and announcements are not affected. Default nothing.
   */
  readonly require?: DefaultRequirement
  /** Seconds that an agent token may live; default no limit of ours. */
  readonly maxAgentTokenLifetime?: number
  /** Replaces the guarded fetch for metadata and keys. Checks of issuer, redirects, sizes and deadline stay on. */
  readonly fetch?: typeof fetch
  /** The clock, in seconds; default the system's. */
  readonly now?: () => number
  /** Display members of the published metadata. */
  readonly metadata?: ResourceDisplay
  /** Receives every refusal with its `hint`. What it throws or returns changes nothing. */
  readonly onRefusal?: (error: AAuthError, request: SignedRequest) => void
  /** Bounds of caches and fetches. */
  readonly limits?: Partial<Limits>
}

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

/** Defaults and hard maxima of security §4. */
export interface Limits {
  /** Milliseconds for metadata and JWKS together; default 3000, at most 10 000. */
  readonly fetchDeadline: number
  /**
   * Milliseconds that a request may wait for everything together but its own content: keys, stores, mission status,
   * signer, and callbacks
   * such as `check`; then it is answered 503. Default 5000, 1000 to 30 000. Each call to a store has 500 of them.
   */
  readonly requestDeadline: number
  /** Verified tokens that are kept; default 5000, at most 50 000. */
  readonly verifiedTokens: number
  /** Issuers not named in `trust` whose keys are kept; default 250, at most 10 000. */
  readonly strangers: number
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
  readonly accessMode: NonNullable<ResourceOptions['accessMode']>
  readonly accounts: ResourceOptions['accounts']
  readonly revokers: ReadonlyMap<string, readonly string[]>
  readonly legacyPersonTokenJti: 'auto' | 'never' | readonly string[]
  readonly stores: Stores
  readonly missions: MissionWatching | undefined
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
  readonly onRefusal: ResourceOptions['onRefusal']
  readonly limits: Limits
}
