import type { JWK } from 'jose'
import type { DecisionListener, DecisionRecorder, EventListener } from '../events/listeners.ts'
import type { ObserveOptions } from '../events/person-hash.ts'
import type { Signer, SigningKey } from '../keys/signing-key.ts'
import type { ReplayScope } from '../signature/replay.ts'
import type { Stores } from '../stores/stores.ts'
import type { Generation } from '../token/kinds.ts'
import type { LogOption } from './check-log.ts'
import type { DefaultRequirement } from './requirement.ts'
import type { AccessMode, AccountCheck, Limits, ResourceDisplay } from './settings.ts'
import type { ManagedAccessFactory, MissionMonitorFactory } from './state.ts'
import type { Trust } from './trust.ts'

/** What `devOptions()` of `@aauth-guard/core/dev` passes to `createResource`. */
export interface Development {
  /** Called by `createResource`. @throws {TypeError} for an `issuer` that is not on this machine */
  allow(issuer: unknown): void
}

/** Options of {@link createResource}. All of them are checked when the resource is made. */
export interface ResourceOptions {
  /** The resource's own server identifier, `https://` and a host: the only `aud` that is accepted. */
  readonly issuer: string
  /** Which issuers are trusted. There is no default: `'any'` must be written. */
  readonly trust: Trust
  /** Host names that agents call, in lower case, with the port if it is not 443. Default: the host of `issuer`. */
  readonly authorities?: readonly string[]
  /**
   * A prefix of the path that a reverse proxy strips, such as `/api`. Agents sign the path that they called, so the
   * prefix is restored before the signature is checked. Default: none.
   */
  readonly strippedPrefix?: string
  /**
   * Passes unsigned CORS preflights (`OPTIONS` with `Origin` and `Access-Control-Request-Method`) to the middleware
   * behind the guard, without an identity and without content in the response. Default `false`: preflights are guarded
   * like any request, so mount CORS middleware before the guard.
   */
  readonly cors?: boolean
  /** The scopes of the resource, each with its description (Markdown) for consent screens. */
  readonly scopes?: Readonly<Record<string, string>>
  /** The scope that a route without `scope` requires; see the README for the default. */
  readonly defaultScope?: string
  /** The access server of this resource. Resource tokens are issued for it, and only its auth tokens are accepted. */
  readonly accessServer?: string
  /** Accepts auth tokens issued by person servers although `accessServer` is set. Default `false`. */
  readonly acceptPersonServerTokens?: boolean
  /**
   * Generations of the wire format that are accepted. Default: both. With both, the challenge to a request without a
   * credential asks for an `agent-token` where §6.5 of draft 11 specifies `person-token`. Agents of drafts 01 to 10
   * understand that challenge, and it costs agents of draft 11 one round trip. With `['person-token']` the challenge is
   * that of draft 11.
   */
  readonly generations?: readonly Generation[]
  /** Signs resource tokens. Without it, a key is generated in memory at first use, which other processes do not have. */
  readonly signingKey?: SigningKey | Signer
  /** Further public keys to publish: the next key before its first use, the previous one until its tokens expire. */
  readonly publishedKeys?: readonly JWK[]
  /** The access mode that the metadata announces; advisory. Default `'auth-token'`. */
  readonly accessMode?: AccessMode
  /** Whether a person has an account. Without it, agents cannot request an account at the authorization endpoint. */
  readonly accounts?: AccountCheck
  /** Issuers whose tokens others may also revoke, in drafts 01 to 10: an access server and its person servers (D27). */
  readonly revocationDelegates?: Readonly<Record<string, readonly string[]>>
  /**
   * Whether a resource token for a person token carries `person_token_jti`, the older name of `presented_jti`, as well:
   * always with `'auto'` (default), never with `'never'`. A list contains the audiences that refuse every resource token
   * without the older name. For these audiences, an agent that presents an auth token is asked for a person token, since
   * a resource token for an auth token never carries the older name. For other audiences, a list means `'auto'`.
   */
  readonly legacyPersonTokenJti?: 'auto' | 'never' | readonly string[]
  /** State that several processes share. Default: the memory of the process. */
  readonly stores?: Stores
  /**
   * Seconds for which safe methods pass while a store does not answer, if the last answer about the token was clean and
   * this process has heard of no change since: 0 to 300, default 0. Other methods, and signatures that are accepted only
   * once, are always refused with 503. Decisions made this way say `stale`. See docs/operate/fleet.md.
   */
  readonly staleReads?: number
  /**
   * Queries whether missions are active and what may be done under them: the result of `monitorMissions()` of
   * `@aauth-guard/core/missions`. Without it, the resource knows only of terminations that were reported to it.
   */
  readonly missions?: MissionMonitorFactory
  /**
   * Lets the resource ask a person itself, keep agents waiting for the answer, and remember what was agreed: the result of
   * `managedAccess()` of `@aauth-guard/core/managed`. Default: it does none of this.
   */
  readonly managed?: ManagedAccessFactory
  /** Seconds that `created` may lie in the past or the future: 1 to 300, default 60. */
  readonly signatureWindow?: number
  /**
   * Components that every signature must cover in addition to the four of the protocol, written as in `components` of a
   * requirement. Published in the metadata.
   */
  readonly additionalSignatureComponents?: readonly string[]
  /**
   * Further Signature-Key schemes, such as `hwk`, that your API serves in addition to `jwt`, behind guards that are
   * `optional` or on separate routes. `Accept-Signature-Scheme` then lists them all (draft 11 §11.3.4.1). Default: none.
   */
  readonly otherSignatureSchemes?: readonly string[]
  /**
   * Which requests are accepted only once. Default `'auto'`: unsafe methods whose signature has a `nonce` or covers
   * `content-digest`. An attacker who captured the head of any other request can send it again, with other content,
   * until the signature window after `created` has passed.
   */
  readonly replay?: ReplayScope
  /**
   * What verifies signatures with Ed25519, of requests and of tokens: the cryptography of the runtime (`'platform'`, the
   * default), or the npm package `sodium-native`, on Node only. libsodium needs about half the processor time that
   * OpenSSL does, but always verifies on the event loop and never on the thread pool. It accepts no signature that
   * OpenSSL refuses. ES256, and everything else, stays with the runtime.
   *
   * `createResource` loads the package and tests it with known signatures. It throws a `TypeError` if the package is not
   * installed, cannot be loaded, or the runtime is not Node, and an `Error` if a verdict is wrong. See
   * docs/operate/capacity.md.
   *
   * @example
   * ```ts
   * import { createResource } from '@aauth-guard/core'
   *
   * // npm install sodium-native
   * createResource({ issuer: 'https://notes.example', trust: 'any', ed25519: 'sodium-native' })
   * ```
   */
  readonly ed25519?: 'platform' | 'sodium-native'
  /**
   * Further claims of tokens to copy to `Auth.claims`, such as `email`, `groups` or `roles`, for your own policy
   * (draft 11 §13.7). At most 32 names, none of which may be a claim of AAuth or a registered claim of every JWT. A token
   * is refused if these claims have more than 256 values, 4096 characters or a depth of 8. Default: none.
   */
  readonly claims?: readonly string[]
  /**
   * What every guard of the resource requires unless its route says otherwise: `person`, `mission`, `class` and
   * `classPolicy`. A route waives a member by name: `mission: 'optional'`, `person: 'optional'`, `class: 'any'`. The
   * option applies to guards and to the authorization endpoint, which does not issue resource tokens that such a guard
   * would refuse. Metadata, keys, revocations and announcements are not affected. Default: nothing.
   */
  readonly require?: DefaultRequirement
  /** Maximum lifetime of an agent token in seconds. Default: no additional limit. */
  readonly maxAgentTokenLifetime?: number
  /** Replaces the guarded fetch for metadata and keys. Issuer, redirects, sizes and deadline are still checked. */
  readonly fetch?: typeof fetch
  /** The clock, in seconds. Default: the system clock. */
  readonly now?: () => number
  /** Display members of the published metadata. */
  readonly metadata?: ResourceDisplay
  /**
   * Receives every decision: acceptances, challenges, and refusals with their hint. The function is not awaited, and its
   * result and its errors are ignored. Synchronous work in it blocks the event loop.
   */
  readonly onDecision?: DecisionListener
  /**
   * Receives events other than decisions: keys that were fetched, revocations and terminations that this process learned
   * of, issuers that are not trusted, stores that failed. At most ten of a type in a second.
   */
  readonly onEvent?: EventListener
  /**
   * Awaited before an accepted request proceeds. If it throws or rejects, the response is 503 `server_error`. Others can
   * listen as well, by `resource.listen`.
   */
  readonly recorder?: DecisionRecorder
  /** How events identify persons. Default: by a keyed hash with a random key for each process. */
  readonly observe?: ObserveOptions
  /**
   * A log for people, with one line for each decision: what was wrong and what to do about it. `'console'` writes to
   * stderr; an object with `debug`, `info` and `warn` receives the lines. `'summary'` reports at most once per minute how
   * many requests were refused, by code. Default: `'off'` if `NODE_ENV` is `test`; `'console'` if `AAUTH_DEV` is set, if
   * `issuer` is an address of this machine, or if stderr is a terminal and `NODE_ENV` is not `production`; otherwise
   * `'summary'`.
   */
  readonly log?: LogOption
  /**
   * The prefix of `type` in problem documents, such as `https://docs.example/errors#`; the error code is appended.
   * Responses with `Signature-Error` keep the `type` that Signature Keys prescribes. Default: no `type`.
   */
  readonly problemTypes?: string
  /** Set by `devOptions()` of `@aauth-guard/core/dev`: lets the resource serve a development world on this machine. */
  readonly development?: Development
  /** Limits of caches and fetches. */
  readonly limits?: Partial<Limits>
}
