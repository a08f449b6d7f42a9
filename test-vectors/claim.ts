import type { AgentRequest, SignedMessage, SignOptions } from '@aauth-guard/testing'
import type { VectorErrorCode } from './codes.ts'
import type { Casting, Scene } from './scene.ts'
import type { Token } from './tokens.ts'
import type { EndpointData, MissionEnd, ResourceData, RouteData, VectorGeneration } from './vector.ts'
import type { Wire } from './wire.ts'

/** A request and its signature: what {@link SignOptions} and {@link AgentRequest} say, and what becomes of it. */
export interface Sending extends Omit<AgentRequest, 'body'>, Omit<SignOptions, 'token'> {
  /** Default `https://notes.example/notes`. */
  readonly url?: string
  readonly body?: string | { readonly octet: string; readonly times: number }
  /** The `Host` lines; default the authority of `url`. */
  readonly hosts?: readonly string[]
  readonly wire?: Wire
  readonly streamed?: true
  /** Signs otherwise than agents of the testing kit can. */
  readonly byHand?: (scene: Scene, token: string) => Promise<SignedMessage>
}

/** What happened before; a request came with the same token. */
export type Earlier =
  | { readonly revoked: { readonly iss: string; readonly jti: string } }
  | { readonly ended: MissionEnd }
  | { readonly accepted: Sending; readonly at?: number }

/** One claim about one request. */
export interface Claim {
  /** A sentence. */
  readonly title: string
  /** Matrix, R11 and attack ids, between spaces. */
  readonly ids: string
  readonly resource?: Partial<ResourceData>
  readonly route?: RouteData | EndpointData
  readonly agent?: Casting
  /** What the issuers do otherwise than usual. */
  readonly stage?: (scene: Scene) => void
  /** `null`: the request carries none and is not signed. */
  readonly token?: Token | null
  readonly send?: Sending
  readonly before?: readonly Earlier[]
}

export interface AcceptClaim extends Claim {
  /** `null` where an optional route lets a caller without credential pass. */
  readonly auth: Readonly<Record<string, unknown>> | null
}

export interface RefuseClaim extends Claim {
  readonly error: VectorErrorCode
  /** With `invalid_input`: the complete list. */
  readonly requiredInput?: readonly string[]
  readonly requirement?: 'agent-token' | 'person-token'
  /** With `mission_terminated`, where it is known. */
  readonly terminationReason?: string
  /** Claims of the resource token, beside those all of them have. */
  readonly resourceToken?: Readonly<Record<string, unknown>>
  /** The challenge of an unsigned request. */
  readonly advertise?: true
  /** Default `false`: nothing is fetched for the request. */
  readonly mayFetch?: true
}

/** A claim with its name and place. */
export type Placed = { readonly generation: VectorGeneration; readonly name: string } & (
  | { readonly accept: AcceptClaim }
  | { readonly refuse: RefuseClaim }
)

interface Table {
  readonly accept?: Readonly<Record<string, AcceptClaim>>
  readonly refuse?: Readonly<Record<string, RefuseClaim>>
}

/** Claims of one generation, with what they have in common said once. */
export function claims(
  generation: VectorGeneration,
  common: Pick<Claim, 'resource' | 'route' | 'token' | 'send'>,
  { accept = {}, refuse = {} }: Table,
): Placed[] {
  return [
    ...Object.entries(accept).map(
      ([name, claim]): Placed => ({ generation, name, accept: { ...common, ...claim } }),
    ),
    ...Object.entries(refuse).map(
      ([name, claim]): Placed => ({ generation, name, refuse: { ...common, ...claim } }),
    ),
  ]
}
