import type { Mission } from '../token/claims.ts'

/** A token under a mission, and the requests that were accepted with it. Holds copies, so that the token can be freed. */
export interface Acceptance {
  readonly issuer: string
  readonly jti: string
  readonly agent: string | undefined
  /** Server identifier of the agent provider. */
  readonly provider: string | undefined
  readonly thumbprint: string
  readonly exp: number
  readonly mission: AcceptedMission
  /** Milliseconds since 1970, by the clock of the system. */
  readonly firstAt: number
  lastAt: number
  count: number
  revoked: boolean
  /** Whether it is no longer remembered, so that a further request has to add it again. */
  dropped: boolean
}

/** A mission under which requests were accepted. */
export interface AcceptedMission {
  readonly mission: Mission
  readonly acceptances: Set<Acceptance>
  /** Milliseconds since 1970. */
  lastAt: number
}
