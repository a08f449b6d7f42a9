import type { WaitBudget } from '../limits/wait-budget.ts'
import type { Link } from '../stores/link-store.ts'
import type { FoundStatus } from '../stores/status-store.ts'
import type { MayWait } from '../stores/store-kind.ts'
import type { Auth } from '../token/auth.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import type { Endpoint } from './endpoint.ts'
import type { ClassPolicy } from './requirement.ts'

/** What a route requires of the mission blob. */
export interface WantedTerms {
  readonly tool: string | undefined
  readonly classPolicy: ClassPolicy
  /** Whether the route names agent providers. */
  readonly classWanted: boolean
}

/** The status of a mission. `'unknown'` is never treated as `'active'`. */
export interface MissionStatus {
  readonly status: 'active' | 'terminated' | 'unknown'
  /** Why the mission was terminated, if known. */
  readonly reason?: string | undefined
}

/** The interface through which a resource uses its mission monitor. */
export interface MissionMonitor {
  /**
   * Checks that a mission is known to be active.
   * @param safe whether the method is safe, so that the last answer may be used while a new one is unavailable
   * @param found returns what the store of statuses answered, if it was queried before
   * @throws {AAuthError} `mission_terminated`, or `server_error` if the status is unavailable (or the promise rejects)
   */
  assertActive(
    mission: Mission,
    safe: boolean,
    found?: () => MayWait<FoundStatus | undefined>,
  ): void | Promise<void>
  /**
   * Checks with the source that a mission is active, without reading or writing the cache.
   * `undefined` if there is no source.
   * @throws {AAuthError} `mission_terminated`, or `server_error` if the status is unavailable (the promise rejects)
   */
  readonly assertActiveNow: ((mission: Mission) => Promise<void>) | undefined
  /** The status of a mission, queried from the source if there is one. */
  status(mission: Mission): Promise<MissionStatus>
  /**
   * The second of the last query of the source that found the mission active, from the cache. `undefined` if the cache
   * does not know, and without a source.
   * @throws {AAuthError} `server_error` (or the promise rejects) when the store of statuses fails
   */
  activeAt(mission: Mission): MayWait<number | undefined>
  /** Removes the cached status of a mission. */
  forget(mission: Mission): MayWait<void>
  /** Remembers the mission of a token that was just verified. */
  learn(claims: VerifiedClaims): void
  /** The mission of a recently verified token. */
  missionOf(token: Pick<VerifiedClaims, 'iss' | 'jti'>): Mission | undefined
  /** A token was revoked, so its mission may be terminated: drops the cached status and queries again, once per token. */
  suspect(token: Pick<VerifiedClaims, 'iss' | 'jti'>, mission: Mission): MayWait<void>
  /** An issuer was purged: queries about its missions that are under way are no longer joined. */
  purge(iss: string): void
  /** Person servers that are not queried for the moment, after failures. */
  suspendedServers(): readonly string[]
  /** In seconds, if there is a source: how long an answer is fresh, and how long it may be used while the source fails. */
  readonly times: { readonly activeTtl: number; readonly maxStale: number } | undefined
  /**
   * Checks a caller against the mission blob. `undefined` if the operator has no blobs.
   * @throws {AAuthError} `access_denied` or `class_mismatch`; what the operator's callback throws (or the promise rejects)
   */
  readonly assertWithinTerms: ((auth: Auth, wanted: WantedTerms) => void | Promise<void>) | undefined
  /**
   * Remembers which provider vouched for a key. `undefined` if keys are not linked to providers.
   * @throws {AAuthError} `server_error` (or the promise rejects) when the store of links fails
   */
  readonly link:
    | ((thumbprint: string, claims: VerifiedClaims, budget?: WaitBudget) => MayWait<void>)
    | undefined
  /**
   * The provider that a key is linked to by an agent token that is still valid.
   *
   * @param found returns what the store of links answered, if it was queried before
   * @throws {AAuthError} `server_error` (or the promise rejects) when the store of links or of revocations fails
   */
  providerOf(
    thumbprint: string,
    found?: () => MayWait<Link | undefined>,
    budget?: WaitBudget,
  ): MayWait<string | undefined>
  /** Further endpoints of the resource by path, and the metadata members that announce them. */
  readonly endpoints: ReadonlyMap<string | undefined, Endpoint>
  published(base: string): Readonly<Record<string, string>>
}
