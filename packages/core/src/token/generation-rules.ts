import type { Mission, Subject, UntrustedClaims } from './claims.ts'
import type { JsonObject } from './json.ts'
import type { IssuerRole } from './kinds.ts'

/** Of whom a resource token speaks. */
export interface ResourceSubject {
  readonly mission: Mission | undefined
  /** Of draft 11. */
  readonly ps: string | undefined
  readonly sub: string | undefined
  readonly tenant: string | undefined
  readonly presentedJti: string | undefined
  /** Of drafts 01 to 10. */
  readonly agent: string | undefined
}

/** What differs from one generation of the wire format to the next. */
export interface GenerationRules {
  /** Claims that its auth tokens have and those of no other generation. */
  readonly authClaims: readonly string[]
  /** The same, for the text of a refusal. */
  readonly uses: string
  /** What an auth token says of agent, person, mission and what is granted. @throws {AAuthError} `invalid_jwt` */
  readonly authSubject: (role: IssuerRole, iss: string, claims: JsonObject) => Subject
  /** Whether agents present person tokens, and a resource token says which token was presented. */
  readonly personTokens: boolean
  /** Whether an agent token is enough for a resource token, where its person server knows nothing newer (R11-142). */
  readonly agentTokenSuffices: boolean
  /** Whether agents may assert a mission in `AAuth-Mission`, which their signatures then cover. */
  readonly missionHeader: boolean
  /** Whether `EdDSA` and keys without `alg` pass (D14). */
  readonly legacyAlgorithms: boolean
  /** Whether a revocation may leave out `exp`, or name an issuer that the caller may speak for (D26, D27). */
  readonly legacyRevocations: boolean
  /** The refusal of an `iat` ahead of this clock (D13). */
  readonly futureIat: 'invalid_jwt' | 'clock_skew'
  /** What the holder of a dead auth token begins again with (A-24, CHAL-12, CHAL-13). */
  readonly renewal: 'agent-token' | 'person-token'
  /** Who names persons, and within which tenant if tenants are apart (D22, D51). */
  readonly namespaceOf: (token: {
    readonly iss: string
    readonly ps?: string | undefined
    readonly tenant: string | null
  }) => { readonly issuer: string; readonly tenant?: string | null }
  /** Claims that its resource tokens have and those of no other generation. */
  readonly resourceClaims: readonly string[]
  /** What a resource token says of agent, person and mission. @throws {AAuthError} `invalid_jwt` */
  readonly resourceSubject: (claims: JsonObject) => ResourceSubject
  /**
   * Claims of a resource token beside those of every generation (RT-1 to RT-10, RT-14).
   * @param mission of the token, or the one that the agent asserts
   * @param older whether the older name of `presented_jti` stands beside it
   */
  readonly resourceTokenClaims: (
    claims: Pick<UntrustedClaims, 'agent' | 'ps' | 'sub' | 'jti' | 'mission' | 'tenant'>,
    mission: Mission | undefined,
    older: boolean,
  ) => Readonly<Record<string, unknown>>
}
