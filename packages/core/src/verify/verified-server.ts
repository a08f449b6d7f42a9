import type { IssuerRole } from '../token/kinds.ts'

/** A server that signed a request with its own key. */
export interface VerifiedServer {
  /** Its server identifier: the `iss` of all tokens that it issues. */
  readonly id: string
  readonly role: IssuerRole
}
