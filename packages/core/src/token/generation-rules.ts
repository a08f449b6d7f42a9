import type { Mission, Subject, UntrustedClaims } from './claims.ts'
import type { JsonObject } from './json.ts'
import type { IssuerRole } from './kinds.ts'

/** What a resource token says about mission, person and agent. */
export interface ResourceSubject {
  readonly mission: Mission | undefined
  /** In draft 11. */
  readonly ps: string | undefined
  readonly sub: string | undefined
  readonly tenant: string | undefined
  readonly presentedJti: string | undefined
  /** In drafts 01 to 10. */
  readonly agent: string | undefined
}

/** What differs from one generation of the wire format to the next. */
export interface GenerationRules {
  /** Claims that only auth tokens of this generation have. */
  readonly authClaims: readonly string[]
  /** The same, for a hint. */
  readonly uses: string
  /** What an auth token says about agent, person, mission and grant. @throws {AAuthError} `invalid_jwt` */
  readonly authSubject: (role: IssuerRole, iss: string, claims: JsonObject) => Subject
  /** Whether agents present person tokens, and resource tokens name the presented token. */
  readonly personTokens: boolean
  /**
   * Whether an agent token is enough for a resource token, if its person server speaks this generation only (R11-142).
   */
  readonly agentTokenSuffices: boolean
  /** Whether agents may assert a mission in `AAuth-Mission`, which their signatures then cover. */
  readonly missionHeader: boolean
  /** Whether `EdDSA` and keys without `alg` are accepted (D14). */
  readonly legacyAlgorithms: boolean
  /** Whether a revocation may leave out `exp`, or name an issuer that the caller may speak for (D26, D27). */
  readonly legacyRevocations: boolean
  /** The refusal of an `iat` ahead of this clock (D13). */
  readonly futureIat: 'invalid_jwt' | 'clock_skew'
  /** The kind of token to present after an auth token has expired or was revoked (A-24, CHAL-12, CHAL-13). */
  readonly renewal: 'agent-token' | 'person-token'
  /** The issuer that names persons, and the tenant if each tenant has persons of its own (D22, D51). */
  readonly namespaceOf: (token: {
    readonly iss: string
    readonly ps?: string | undefined
    readonly tenant: string | null
  }) => { readonly issuer: string; readonly tenant?: string | null }
  /** Claims that only resource tokens of this generation have. */
  readonly resourceClaims: readonly string[]
  /** What a resource token says about agent, person and mission. @throws {AAuthError} `invalid_jwt` */
  readonly resourceSubject: (claims: JsonObject) => ResourceSubject
  /**
   * Claims of a resource token in addition to those of every generation (RT-1 to RT-10, RT-14).
   * @param mission of the token, or the one that the agent asserts
   * @param older whether to add the older name of `presented_jti`
   */
  readonly resourceTokenClaims: (
    claims: Pick<UntrustedClaims, 'agent' | 'ps' | 'sub' | 'jti' | 'mission' | 'tenant'>,
    mission: Mission | undefined,
    older: boolean,
  ) => Readonly<Record<string, unknown>>
}
