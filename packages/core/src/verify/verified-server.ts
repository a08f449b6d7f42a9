import type { IssuerRole } from '../token/kinds.ts'

/** A server that signed a request in its own right. */
export interface VerifiedServer {
  /** Its server identifier: the `iss` of everything it mints. */
  readonly id: string
  readonly role: IssuerRole
}
