import type { JsonObject } from './json.ts'
import type { Generation, IssuerRole, TokenKind, WellKnownDocument } from './kinds.ts'

/** Claims that the resource asked for by name. Deep-frozen; objects have no prototype. */
export type FurtherClaims = Readonly<Record<string, unknown>>

/** The mission of a token: always both members, since a digest alone does not identify a mission (MISS-12). */
export interface Mission {
  /** The person server that approved it. */
  readonly approver: string
  readonly s256: string
}

/** Claims whose form was checked, but not their signature. */
export interface UntrustedClaims {
  readonly verified: false
  readonly kind: TokenKind
  /** `undefined` for agent tokens, which are the same in both. */
  readonly generation: Generation | undefined
  readonly role: IssuerRole
  readonly dwk: WellKnownDocument
  readonly iss: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
  readonly sub: string | undefined
  readonly ps: string | undefined
  readonly agent: string | undefined
  readonly parentAgent: string | undefined
  readonly scopes: readonly string[]
  readonly account: string | null
  readonly tenant: string | null
  readonly mission: Mission | undefined
  /** `undefined` if the resource asks for none. */
  readonly further: FurtherClaims | undefined
  /** `cnf.jwk`: has `kty` and the members that its type needs, and is not checked any further. */
  readonly jwk: JsonObject
}

/**
 * The same claims after the issuer's signature was verified. They are cached together with the token, so they leave out
 * the JWK: the imported key is cached instead.
 */
export type VerifiedClaims = Omit<UntrustedClaims, 'verified' | 'jwk'> & { readonly verified: true }

/** @param claims of a token whose signature verified */
export function asVerified({ jwk: _, ...claims }: UntrustedClaims): VerifiedClaims {
  return { ...claims, verified: true }
}

/** What the resource expects of every token. */
export interface ClaimRules {
  /** The audience of person and auth tokens; `undefined` leaves that to the caller. */
  readonly issuer: string | undefined
  readonly generations: ReadonlySet<Generation>
  /** Seconds. */
  readonly window: number
  /** Seconds; `undefined` allows any (AGENT-10). */
  readonly maxAgentTokenLifetime: number | undefined
  /** Names of further claims that are kept. */
  readonly claims: readonly string[]
}

/** What the claims say about agent, person, mission and grant. */
export type Subject = Pick<
  UntrustedClaims,
  'generation' | 'sub' | 'ps' | 'agent' | 'parentAgent' | 'scopes' | 'account' | 'tenant' | 'mission'
>
