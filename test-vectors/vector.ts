/** A test vector, as the JSON files hold it. `schema.json` says the same to other languages. */
export interface Vector {
  readonly $schema: string
  readonly name: string
  /** One claim. */
  readonly title: string
  readonly ids: readonly string[]
  readonly generation: VectorGeneration
  /** Seconds. */
  readonly now: number
  readonly resource: ResourceData
  readonly route: RouteData | EndpointData
  readonly issuers: Readonly<Record<string, Documents | null>>
  readonly before: readonly Step[]
  readonly request: RequestData
  /** The text that was signed. */
  readonly base: string | null
  readonly expected: Accepted | Refused
}

export type WireGeneration = 'mission-header' | 'person-token'

/** `both`: the verdict is the same in either generation. */
export type VectorGeneration = WireGeneration | 'both'

/** How the resource is configured. Lists where the library also takes functions. */
export interface ResourceData {
  readonly issuer: string
  readonly trust: TrustData
  readonly scopes: Readonly<Record<string, string>>
  readonly defaultScope: string
  readonly authorities?: readonly string[]
  readonly accessServer?: string
  readonly acceptPersonServerTokens?: boolean
  readonly generations?: readonly WireGeneration[]
  readonly signatureWindow?: number
  readonly strippedPrefix?: string
  readonly claims?: readonly string[]
  readonly additionalSignatureComponents?: readonly string[]
  readonly require?: Pick<RouteData, 'person' | 'mission' | 'class' | 'classPolicy'>
  readonly otherSignatureSchemes?: readonly string[]
  readonly legacyPersonTokenJti?: 'auto' | 'never' | readonly string[]
  readonly replay?: 'auto' | 'off' | 'unsafe' | 'all'
  readonly maxAgentTokenLifetime?: number
  readonly limits?: { readonly replaysPerKey: number }
  readonly signingKey?: SigningKeyData
  /** Account → who has it. */
  readonly accounts?: Readonly<Record<string, readonly { readonly ps: string; readonly sub: string }[]>>
  /** Digest → base64 of the mission blob, for missions whose blob the operator holds. */
  readonly missionBlobs?: Readonly<Record<string, string>>
}

export type TrustData =
  | 'any'
  | {
      readonly agentProviders?: 'any' | readonly string[]
      readonly personServers?: 'any' | readonly string[]
      readonly accessServers?: readonly string[]
    }

export interface SigningKeyData {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly d: string
  readonly kid: string
  readonly alg: 'Ed25519'
}

export type Kind = 'agent-token' | 'person-token' | 'auth-token'

/** What the route asks for. */
export interface RouteData {
  readonly accept?: Kind | readonly Kind[]
  readonly scope?: string | readonly string[]
  readonly person?: 'required' | 'optional'
  readonly mission?: 'required' | 'optional' | 'forbidden' | { readonly approver: string }
  readonly class?: 'any' | { readonly provider: string | readonly string[] }
  readonly classPolicy?: 'deny' | 'mission-only' | 'same-key' | 'linked-key'
  readonly tool?: string
  readonly account?: string
  readonly components?: readonly string[]
  readonly singleUse?: true
  readonly optional?: boolean
  readonly trust?: TrustData
}

/** Instead: the request goes to an endpoint of the resource's own. */
export interface EndpointData {
  readonly endpoint: 'authorization' | 'revocation'
}

/** Path → what a verifier would get there. */
export type Documents = Readonly<Record<string, DocumentData>>

export interface DocumentData {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * What happened before: a token was withdrawn, a mission ended, or a request came in and was accepted, `at` a time if not
 * `now`.
 */
export type Step =
  | { readonly revoke: { readonly iss: string; readonly jti: string; readonly exp: number } }
  | { readonly terminate: MissionEnd }
  | { readonly accepted: RequestData; readonly at?: number }

export interface MissionEnd {
  readonly approver: string
  readonly s256: string
  readonly reason?: string
}

export interface RequestData {
  readonly method: string
  readonly target: string
  /** Every line in order, `host` included. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Base64; `null` where there is none; or one octet many times over. */
  readonly body: string | null | { readonly octet: string; readonly times: number }
  /** The body arrives after the headers were judged. */
  readonly streamed?: true
}

/** The `Auth` of an accepted request, or `null` where an optional route lets a caller without credential pass. */
export interface Accepted {
  readonly verdict: 'accept'
  readonly auth: Readonly<Record<string, unknown>> | null
}

export interface Refused {
  readonly verdict: 'refuse'
  readonly status: number
  readonly headers: RefusalHeaders
  readonly body: {
    readonly error: string
    readonly type?: string
    readonly mission_status?: 'terminated'
    readonly termination_reason?: string
  }
  /** `Retry-After` must be there; how long is the verifier's affair. */
  readonly retryAfter?: true
  /** `false`: nothing may be fetched for this request. */
  readonly mayFetch: boolean
}

/** Those of the four that are sent; the others must be absent. */
export interface RefusalHeaders {
  readonly 'signature-error'?: string
  readonly 'aauth-requirement'?: string | ResourceTokenChallenge
  readonly 'accept-signature-scheme'?: string
  readonly 'accept-signature-alg'?: string
}

/** `requirement=auth-token` with the token taken apart; its `jti` is the one claim that differs from run to run. */
export interface ResourceTokenChallenge {
  readonly requirement: 'auth-token'
  readonly resourceToken: {
    readonly header: Readonly<Record<string, string>>
    readonly claims: Readonly<Record<string, unknown>>
  }
}
