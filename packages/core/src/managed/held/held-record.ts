import type { Answer } from '../../errors/answer.ts'
import type { Owner } from '../owner.ts'

/** A proposal by its address and its digest. */
export interface ProposalReference {
  readonly uri: string
  readonly s256: string
}

/** The call as it was signed, or what of it may be acted on. */
export interface KeptCall {
  readonly method: string
  /** As it was sent. */
  readonly target: string
  /** Names in lower case, with all lines of each. */
  readonly fields: readonly (readonly [name: string, lines: readonly string[]])[]
}

/** The auth token whose use a record is. */
export interface HeldClaim {
  readonly iss: string
  readonly jti: string
  readonly exp: number
}

/** What happened to a held call. `unknown` says that it was begun and nobody knows how it ended. */
export type HeldState = 'waiting' | 'running' | 'done' | 'unknown' | 'cancelled'

/** A held call. It is stored sealed. */
export interface HeldRecord {
  /** `name` of the route. */
  readonly route: string
  readonly call: KeptCall
  readonly owner: Owner
  readonly scopes: readonly string[]
  readonly account: string | null
  /** Seconds. */
  readonly since: number
  /** Seconds until which the resource token of the first 202 can be redeemed. */
  readonly redeemable: number
  readonly state: HeldState
  /** The auth tokens that ran it: one, or several with `idempotent`. */
  readonly claims: readonly HeldClaim[]
  /** Of `running`: which attempt it is, and the second from which its process counts as lost. */
  readonly attempt: string | null
  readonly lease: number
  /** The per-call proposal that is to be approved, if the call needs one, and `exp` of the token that it was made with. */
  readonly proposal: (ProposalReference & { readonly exp: number }) | null
  /** Of `done`: the answer without its body. */
  readonly result: Omit<Answer, 'body'> | null
  /** Of `unknown`: whether `onUnknown` has returned. */
  readonly isTold: boolean
}

/** A record, with the content of the call, or of the result once it is done. */
export interface HeldOctets {
  readonly record: HeldRecord
  readonly content: Uint8Array
}

/** The length of the JSON in four octets, the JSON, and the content. */
export function encodeHeld({ record, content }: HeldOctets): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify(record))
  const octets = new Uint8Array(4 + head.length + content.length)
  new DataView(octets.buffer).setUint32(0, head.length)
  octets.set(head, 4)
  octets.set(content, 4 + head.length)
  return octets
}

/** What this package sealed needs no further check. */
export function decodeHeld(octets: Uint8Array): HeldOctets {
  const length = new DataView(octets.buffer, octets.byteOffset).getUint32(0)
  const head = new TextDecoder().decode(octets.subarray(4, 4 + length))
  return { record: JSON.parse(head) as HeldRecord, content: octets.slice(4 + length) }
}
