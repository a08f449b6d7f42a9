import type { JWK } from 'jose'
import type { DecisionListener, DecisionRecorder, EventListener } from '../events/events.ts'
import type { ObserveOptions } from '../events/person-hash.ts'
import type { Signer, SigningKey } from '../keys/signing-key.ts'
import type { ReplayScope } from '../signature/replay.ts'
import type { Stores } from '../stores/stores.ts'
import type { Generation } from '../token/kinds.ts'
import type { LogOption } from './check-log.ts'
import type { DefaultRequirement } from './requirement.ts'
import type { AccessMode, AccountCheck, Limits, ResourceDisplay } from './settings.ts'
import type { MissionMonitorFactory } from './state.ts'
import type { Trust } from './trust.ts'

/** What `devOptions()` of `@aauth-guard/core/dev` hands to `createResource`. */
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
  readonly accessMode?: AccessMode
  /** Whether a person has an account. Without it no account can be asked for at the authorization endpoint. */
  readonly accounts?: AccountCheck
  /** Issuers whose tokens others may revoke too, in drafts 01 to 10: an access server and its person servers (D27). */
  readonly revocationDelegates?: Readonly<Record<string, readonly string[]>>
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
   * Asks whether missions still live, and what may be done under them: `monitorMissions()` of
   * `@aauth-guard/core/missions`. Without it only ends that the resource was told of count.
   */
  readonly missions?: MissionMonitorFactory
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
  /**
   * Receives every decision once it is made: acceptances, challenges and refusals with their hint. It is not awaited, and
   * what it throws or returns changes nothing; what it does synchronously takes its time from the event loop. Default
   * nobody is told.
   */
  readonly onDecision?: DecisionListener
  /** Receives what happens beside decisions: documents of issuers that were fetched, stores that failed. */
  readonly onEvent?: EventListener
  /** Is awaited before an accepted request goes on. When it throws or rejects, the answer is 503 `server_error`. */
  readonly recorder?: DecisionRecorder
  /** How events name persons; by default by a keyed hash whose key is random in each process. */
  readonly observe?: ObserveOptions
  /**
   * A log for people, one line for each decision: what was wrong and what to do about it. `'console'` writes it to stderr;
   * an object with `debug`, `info` and `warn` gets the lines. `'summary'` says at most once a minute how many requests were
   * refused, by code. Default `'console'` where `AAUTH_DEV` is set, where `issuer` is an address of this machine, and
   * where stderr is a terminal unless `NODE_ENV` is `production`; `'off'` where `NODE_ENV` is `test`; else `'summary'`.
   */
  readonly log?: LogOption
  /**
   * What `type` of a problem document begins with, such as `https://docs.example/errors#`; the code follows. Answers with
   * `Signature-Error` keep the `type` that Signature Keys prescribes. Default no `type`.
   */
  readonly problemTypes?: string
  /** Of `devOptions()` of `@aauth-guard/core/dev`: lets the resource serve a development world on this machine. */
  readonly development?: Development
  /** Bounds of caches and fetches. */
  readonly limits?: Partial<Limits>
}
