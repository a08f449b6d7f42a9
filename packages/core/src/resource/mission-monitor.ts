import type { Auth } from '../token/auth.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import type { Endpoint } from './endpoint.ts'
import type { ClassPolicy } from './requirement.ts'

/** What a route asks of the mission blob. */
export interface WantedTerms {
  readonly tool: string | undefined
  readonly classPolicy: ClassPolicy
  /** Whether the route names agent providers. */
  readonly classWanted: boolean
}

/** What is known of a mission. `'unknown'` is never taken for `'active'`. */
export interface MissionStatus {
  readonly status: 'active' | 'terminated' | 'unknown'
  /** Why it ended, if that is known. */
  readonly reason?: string | undefined
}

/** What a resource asks of whoever watches missions for it. */
export interface MissionMonitor {
  /**
   * Lets a request pass whose mission is known to be active.
   * @param safe whether the method changes nothing, so that a recent answer will do while there is no new one
   * @throws {AAuthError} `mission_terminated`, or `server_error` where nobody can tell (or the promise rejects)
   */
  assertActive(mission: Mission, safe: boolean): void | Promise<void>
  /**
   * Lets a request pass whose mission the source says is active now: no kept answer counts, and none is kept.
   * `undefined`: there is no source.
   * @throws {AAuthError} `mission_terminated`, or `server_error` where nobody can tell (the promise rejects)
   */
  readonly assertActiveNow: ((mission: Mission) => Promise<void>) | undefined
  /** What is known, asking whoever can be asked. */
  status(mission: Mission): Promise<MissionStatus>
  /** Forgets that a mission was active. */
  forget(mission: Mission): void
  /** Remembers the mission of a token that was just verified. */
  learn(claims: VerifiedClaims): void
  /** The mission of a token that was verified lately. */
  missionOf(token: Pick<VerifiedClaims, 'iss' | 'jti'>): Mission | undefined
  /** A token was revoked, and its mission may be terminated: forgets that it was active, and asks again, once a token. */
  suspect(token: Pick<VerifiedClaims, 'iss' | 'jti'>, mission: Mission): void
  /** Forgets what an issuer said of missions, and the links of keys to it. */
  purge(iss: string): void
  /** Seconds, where there is a source: how long its answer counts, and how long the last one does while it fails. */
  readonly times: { readonly activeTtl: number; readonly maxStale: number } | undefined
  /**
   * Holds a caller to the mission blob. `undefined`: the operator holds no blobs.
   * @throws {AAuthError} `access_denied` or `class_mismatch`; what the operator's callback throws (or the promise rejects)
   */
  readonly assertWithinTerms: ((auth: Auth, wanted: WantedTerms) => void | Promise<void>) | undefined
  /** Remembers which provider vouched for a key. `undefined`: keys are not linked to providers. */
  readonly link: ((thumbprint: string, claims: VerifiedClaims) => void) | undefined
  /**
   * The provider that a key is linked to, by an agent token that is still good.
   * @throws {AAuthError} `server_error` (or the promise rejects) when the store of revocations fails
   */
  providerOf(thumbprint: string): string | undefined | Promise<string | undefined>
  /** Further endpoints of the resource, by their paths, and what its metadata says of them. */
  readonly endpoints: ReadonlyMap<string | undefined, Endpoint>
  published(base: string): Readonly<Record<string, string>>
}
