import { AAuthError, type RequirementName } from '../errors.ts'
import { isAgentId, isS256, isServerId, providerOf } from './identifiers.ts'
import { asObject, type JsonObject } from './json.ts'
import {
  type Generation,
  type IssuerRole,
  issuerRole,
  type TokenKind,
  type WellKnownDocument,
} from './kinds.ts'
import type { UntrustedToken } from './untrusted-token.ts'

/** The mission a token carries: always the pair, since a digest alone belongs to nobody (matrix MISS-12). */
export interface Mission {
  /** The person server that approved it. */
  readonly approver: string
  readonly s256: string
}

/** Claims whose shape was checked. Still nothing that may be believed. */
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
  /** `cnf.jwk`: has its `kty` and the members that needs; not yet a key. */
  readonly jwk: JsonObject
}

/** The same claims once the issuer's signature over them verified. */
export type VerifiedClaims = Omit<UntrustedClaims, 'verified'> & { readonly verified: true }

/** What the resource expects of every token. */
export interface ClaimRules {
  readonly issuer: string
  readonly generations: ReadonlySet<Generation>
  /** Seconds. */
  readonly window: number
  /** Seconds; `undefined` admits any (matrix AGENT-10). */
  readonly maxAgentTokenLifetime: number | undefined
}

/**
 * Checks the shape, the times and the audience of the claims, without any I/O (AGENT-, PERS-, AUTH-, JWT-).
 * @throws {AAuthError} `invalid_jwt`, `expired_jwt`, `clock_skew`
 */
export function readClaims(token: UntrustedToken, rules: ClaimRules, now: number): UntrustedClaims {
  const { kind, untrustedClaims: claims } = token
  const issuer = issuerRole(kind, claims.dwk)
  if (issuer === undefined) throw refuse('dwk does not go with typ')
  const [role, dwk] = issuer
  const iss = claims.iss
  if (!isServerId(iss)) throw refuse('iss is no server identifier')
  const jti = text(claims, 'jti', 256)
  if (jti === undefined) throw refuse('jti is missing')
  const iat = numericDate(claims, 'iat')
  const exp = numericDate(claims, 'exp')
  const jwk = confirmation(claims)
  const subject = readSubject(kind, role, iss, claims, rules)
  if (
    token.alg === 'EdDSA' &&
    (subject.generation === 'person-token' || !rules.generations.has('mission-header'))
  ) {
    throw refuse('alg EdDSA is not fully specified (matrix D14)')
  }
  checkTimes(kind, subject.generation, iat, exp, claims, rules, now)
  if (kind !== 'agent-token' && claims.aud !== rules.issuer) throw refuse('aud is not this resource')
  return { verified: false, kind, role, dwk, iss, jti, iat, exp, jwk, ...subject }
}

type Subject = Pick<
  UntrustedClaims,
  'generation' | 'sub' | 'ps' | 'agent' | 'parentAgent' | 'scopes' | 'account' | 'tenant' | 'mission'
>

function readSubject(
  kind: TokenKind,
  role: IssuerRole,
  iss: string,
  claims: JsonObject,
  rules: ClaimRules,
): Subject {
  if (kind === 'agent-token') return agentSubject(iss, claims)
  const generation = kind === 'person-token' ? 'person-token' : authGeneration(claims)
  if (!rules.generations.has(generation)) throw refuse(`tokens of generation ${generation} are switched off`)
  if (kind === 'person-token') return personSubject(iss, claims)
  return generation === 'person-token'
    ? authSubject(role, iss, claims)
    : missionHeaderAuthSubject(role, iss, claims)
}

/** AGENT-1 to AGENT-6, R11-004 to R11-009. */
function agentSubject(iss: string, claims: JsonObject): Subject {
  const { sub, ps, parent_agent: parentAgent } = claims
  if (!isAgentId(sub)) throw refuse('sub is no agent identifier')
  // Without this any provider could speak for the agents of another.
  if (providerOf(sub) !== iss) throw refuse('the host of sub is not the issuer')
  if (ps !== undefined && !isServerId(ps)) throw refuse('ps is no server identifier')
  if (
    parentAgent !== undefined &&
    (!isAgentId(parentAgent) || providerOf(parentAgent) !== iss || parentAgent === sub)
  ) {
    throw refuse('parent_agent is no other agent of the issuer')
  }
  return {
    generation: undefined,
    sub,
    ps,
    agent: sub,
    parentAgent,
    scopes: [],
    account: null,
    tenant: null,
    mission: undefined,
  }
}

/** PERS-1 to PERS-11, R11-052, R11-053. */
function personSubject(iss: string, claims: JsonObject): Subject {
  refusePresent(claims, ['scope', 'account', 'agent', 'act', 'mission'])
  if (claims.ps !== undefined && claims.ps !== iss) throw refuse('ps is not the issuer')
  const sub = requiredSub(claims)
  return {
    ...nobody,
    generation: 'person-token',
    sub,
    ps: iss,
    tenant: tenantOf(claims),
    mission: directMission(iss, claims),
  }
}

/** AUTH-7, AUTH-8, R11-061, R11-065, R11-070. */
function authSubject(role: IssuerRole, iss: string, claims: JsonObject): Subject {
  const { ps } = claims
  const sub = requiredSub(claims)
  if (!isServerId(ps)) throw refuse('ps is no server identifier')
  if (role === 'person-server' && ps !== iss) throw refuse('ps is not the issuer')
  const mission = directMission(ps, claims)
  return { ...nobody, generation: 'person-token', sub, ps, ...grant(claims), mission }
}

/** AUTH-3 to AUTH-6, AUTH-14, AUTH-15. */
function missionHeaderAuthSubject(role: IssuerRole, iss: string, claims: JsonObject): Subject {
  const { agent } = claims
  if (!isAgentId(agent)) throw refuse('agent is no agent identifier')
  checkActors(claims.act, agent)
  const sub = claims.sub === undefined ? undefined : requiredSub(claims)
  const granted = grant(claims)
  if (sub === undefined && granted.scopes.length === 0) throw refuse('neither sub nor scope')
  const mission = missionObject(claims)
  if (role === 'person-server' && mission !== undefined && mission.approver !== iss) {
    throw refuse('mission.approver is not the issuer')
  }
  // A person server is its own namespace of persons; for an access server the token names none.
  const ps = role === 'person-server' ? iss : undefined
  return { ...nobody, generation: 'mission-header', sub, ps, agent, ...granted, mission }
}

const nobody = {
  agent: undefined,
  parentAgent: undefined,
  scopes: [],
  account: null,
  tenant: null,
  mission: undefined,
} as const

/** A token belongs to exactly one generation; a mixture is refused so that nobody can steer it (matrix §3.1). */
function authGeneration(claims: JsonObject): Generation {
  const old = ['agent', 'act', 'mission'].some((name) => name in claims)
  const current = ['ps', 'mission_s256', 'presented_jti'].some((name) => name in claims)
  if (old === current) throw refuse('the claims belong to no generation, or to two')
  if (current && 'presented_jti' in claims) throw refuse('presented_jti belongs to resource tokens')
  return old ? 'mission-header' : 'person-token'
}

/** Shapes of drafts 01 to 10: `act.sub` or `act.agent` in a node, never both, depth at most 8 (matrix AUTH-5, D43). */
function checkActors(act: unknown, agent: string): void {
  let node: unknown = act
  for (let depth = 0; node !== undefined; depth++) {
    const actor = asObject(node)
    if (actor === undefined || depth === 8) throw refuse('act is no chain of at most 8 actors')
    const { sub, agent: upstream } = actor
    if ((sub === undefined) === (upstream === undefined))
      throw refuse('an actor has neither sub nor agent, or both')
    if (!isAgentId(sub ?? upstream)) throw refuse('an actor is no agent identifier')
    // Drafts 01 to 03 put the presenter itself on top.
    if (depth === 0 && sub !== undefined && sub !== agent) throw refuse('act.sub is not the agent')
    node = actor.act
  }
}

function grant(claims: JsonObject): Pick<Subject, 'scopes' | 'account' | 'tenant'> {
  return { scopes: scopesOf(claims), account: text(claims, 'account', 512) ?? null, tenant: tenantOf(claims) }
}

export function scopesOf(claims: JsonObject): readonly string[] {
  const { scope } = claims
  if (scope === undefined) return []
  // RFC 6749 §3.3 scope tokens between single spaces; anything else is a confusion waiting to happen (security G20).
  if (
    typeof scope !== 'string' ||
    scope.length > 2048 ||
    !/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope)
  ) {
    throw refuse('scope is no list of scope values')
  }
  const scopes = [...new Set(scope.split(' '))]
  if (scopes.length > 64) throw refuse('more than 64 scopes')
  return scopes
}

function tenantOf(claims: JsonObject): string | null {
  return text(claims, 'tenant', 512) ?? null
}

function requiredSub(claims: JsonObject): string {
  const sub = text(claims, 'sub', 512)
  if (sub === undefined) throw refuse('sub is missing')
  return sub
}

function directMission(approver: string, claims: JsonObject): Mission | undefined {
  const { mission_s256: s256 } = claims
  if (s256 === undefined) return undefined
  if (!isS256(s256)) throw refuse('mission_s256 is no digest')
  return { approver, s256 }
}

export function missionObject(claims: JsonObject): Mission | undefined {
  if (claims.mission === undefined) return undefined
  const mission = asObject(claims.mission)
  const { approver, s256 } = mission ?? {}
  if (!isServerId(approver) || !isS256(s256)) throw refuse('mission is no {approver, s256}')
  return { approver, s256 }
}

const membersOf: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['OKP', ['crv', 'x']],
  ['EC', ['crv', 'x', 'y']],
  ['RSA', ['n', 'e']],
])

/** `cnf.jwk` with its `kty` and the members that type needs, before anything is decoded (R11-037, KEY-6). */
function confirmation(claims: JsonObject): JsonObject {
  const jwk = asObject(asObject(claims.cnf)?.jwk)
  if (typeof jwk?.kty !== 'string') throw refuse('cnf.jwk is missing')
  for (const name of membersOf.get(jwk.kty) ?? []) {
    if (typeof jwk[name] !== 'string') throw refuse(`cnf.jwk lacks ${name}`)
  }
  return jwk
}

function checkTimes(
  kind: TokenKind,
  generation: Generation | undefined,
  iat: number,
  exp: number,
  claims: JsonObject,
  { window, maxAgentTokenLifetime }: ClaimRules,
  now: number,
): void {
  // No tolerance: reached is expired (R11-030).
  if (now >= exp)
    throw new AAuthError('expired_jwt', { hint: `expired ${now - exp} s ago`, ...renewal(kind, generation) })
  const longest = kind === 'agent-token' ? maxAgentTokenLifetime : 3600
  if (longest !== undefined && exp - iat > longest) throw refuse(`lives longer than ${longest} s`)
  if (claims.nbf !== undefined && numericDate(claims, 'nbf') > now) throw refuse('nbf lies ahead')
  if (iat > now + window) {
    // Drafts 01 to 10 know no clock_skew for what their own issuers sign (matrix D13).
    throw new AAuthError(generation === 'mission-header' ? 'invalid_jwt' : 'clock_skew', {
      hint: `iat is ${iat - now} s ahead`,
    })
  }
}

/** What the holder of a dead token should come back with (A-24, matrix CHAL-12, CHAL-13). */
export function renewal(
  kind: TokenKind,
  generation: Generation | undefined,
): { requirement?: RequirementName } {
  if (kind === 'agent-token') return {}
  return { requirement: generation === 'mission-header' ? 'agent-token' : 'person-token' }
}

function refusePresent(claims: JsonObject, names: readonly string[]): void {
  const present = names.find((name) => name in claims)
  if (present !== undefined) throw refuse(`a person token must not carry ${present}`)
}

export function numericDate(claims: JsonObject, name: string): number {
  const value = claims[name]
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw refuse(`${name} is no NumericDate`)
  return value as number
}

export function text(claims: JsonObject, name: string, max: number): string | undefined {
  const value = claims[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.length === 0 || value.length > max || /\p{Cc}/u.test(value)) {
    throw refuse(`${name} is no string of 1 to ${max} characters`)
  }
  return value
}

function refuse(hint: string): AAuthError {
  return new AAuthError('invalid_jwt', { hint })
}
