import type { Answer } from '../errors/answer.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { Handle } from '../limits/abort-gradually.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { MayWait } from '../stores/store-kind.ts'
import type { Session } from '../token/auth.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** What an operator ends: one consent, or everything of an owner, of a person of the API, or of a mission. */
export type ManagedSelection =
  | { readonly consent: string }
  | { readonly owner: string }
  | { readonly person: string }
  | { readonly mission: Mission }

/** Resource-managed access as the operator of the API uses it. */
export interface Managed {
  /**
   * Ends consents with their sessions, and requests that wait for a person. Agents that ask for one of these are told
   * `revoked`, in every process that shares `stores.records`, once the promise has resolved.
   *
   * @returns how many consents, requests and held calls were ended. A request that was decided counts until its agent was
   *   told
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects)
   * @throws {TypeError} for a selection that is not exactly one of these, or a resource without the option `managed` (the
   *   promise rejects)
   */
  end(selection: ManagedSelection): Promise<number>
  /**
   * Finds held calls whose outcome is unknown because their process was lost, and tells of each: by `onUnknown` of its route
   * and the event `aauth.held_call_unknown.v1`, once for all processes that share `stores.records`. Call it when a process
   * starts and from time to time, in a process that holds the routes. While calls and polls arrive, `hold` looks for them
   * by itself.
   *
   * @returns of how many calls it has told
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects)
   * @throws {TypeError} for a resource without the option `managed` (the promise rejects)
   */
  reportUnknownOutcomes(): Promise<number>
}

/** A session that counts for the caller who presents it. */
export interface FoundSession {
  readonly session: Session
  /** What the person agreed to, as far as the resource still describes it. */
  readonly scopes: readonly string[]
  /** Makes the value that replaces the one that was sent, if one is due. Never rejects. */
  readonly renew: () => Promise<string | undefined>
}

/** A session that is looked up, on a route that takes sessions. */
export interface SessionLookup {
  /** As in `LiveState`. */
  readonly askedAt: number
  /** @throws {AAuthError} `server_error` (or the promise rejects) when a store fails */
  readonly found: () => MayWait<FoundSession | undefined>
}

/** The interface through which a resource uses `managedAccess`. */
export interface ManagedAccess extends Managed {
  /** A token was revoked, so what was made for it ends. @throws {AAuthError} (the promise rejects) when the store fails */
  revoked(token: Pick<VerifiedClaims, 'iss' | 'jti'>): Promise<void>
  /** A mission was terminated, so what was made under it ends. Fails like `revoked`. */
  terminated(mission: Mission): Promise<void>
  /** Everything that an issuer has vouched for is invalid. Fails like `revoked`. */
  purged(iss: string): Promise<void>
  /**
   * Looks up the session of a verified caller.
   *
   * @param token an agent token or a person token
   * @param value the credential of `Authorization: AAuth`, which the signature covers
   * @returns `undefined` for a value that is unknown, expired, ended or somebody else's
   * @throws {AAuthError} `server_error` (the promise rejects) when a store fails
   */
  findSession(token: VerifiedToken, value: string, budget: WaitBudget): Promise<FoundSession | undefined>
  /**
   * The consent that stands for a verified caller without a session value, as a session. Fails like `findSession`.
   * @param token an agent token or a person token
   */
  findStanding(token: VerifiedToken, budget: WaitBudget): Promise<FoundSession | undefined>
  /**
   * Aborts `handle` once a consent does not stand any more, or does not contain all of the scopes. Never throws.
   * @returns stops watching
   */
  watchConsent(consent: string, scopes: readonly string[], handle: Handle): () => void
  /**
   * Answers a request to a pending URL.
   * @param id the last segment of the path, as it was sent
   * @throws {AAuthError} (the promise rejects)
   */
  answerPending(
    request: SignedRequest,
    id: string,
    readContent: (limit: number) => Promise<Uint8Array>,
  ): Promise<Answer>
  /** Ends all waiting polls. */
  close(): void
}
