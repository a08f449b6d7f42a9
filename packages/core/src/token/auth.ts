import type { FurtherClaims, Mission, VerifiedClaims } from './claims.ts'
import { hasPersonTokens } from './generations.ts'
import { providerOf } from './identifiers.ts'
import type { Generation, TokenKind } from './kinds.ts'

/** The set of runtimes that may act for each other inside one mission: those of one agent provider. */
export interface AgentClass {
  /** Server identifier of the agent provider. */
  readonly provider: string
}

interface Verified {
  /** Who signed the token. */
  readonly iss: string
  readonly jti: string
  /** NumericDate, seconds. */
  readonly exp: number
  /** RFC 7638 thumbprint of the key that signed this very request. */
  readonly thumbprint: string
  /** What the request's signature covers. The query and the body are not among it unless demanded. */
  readonly covered: readonly string[]
  /**
   * The claims that the option `claims` of the resource names, as the issuer signed them: those that the token holds,
   * deep-frozen, in objects without prototype. Absent where the option names none.
   */
  readonly claims?: FurtherClaims
}

/** A verified agent token: which agent is calling, and nothing about persons. */
export interface AgentAuth extends Verified {
  readonly type: 'agent-token'
  readonly generation?: undefined
  /** The agent identifier, `aauth:local@host`. Compare it exactly. */
  readonly sub: string
  readonly agent: string
  /** Set when the caller is a sub-agent. */
  readonly parentAgent?: string
  /** The agent's person server, as the agent provider says; decides nothing. */
  readonly ps?: string
  readonly scopes: readonly string[]
  readonly account: null
  readonly tenant: null
  readonly mission?: undefined
  readonly class: AgentClass
}

/** A verified person token: for whom the caller acts. It grants nothing. */
export interface PersonAuth extends Verified {
  readonly type: 'person-token'
  readonly generation: 'person-token'
  /** Opaque, unique only together with {@link ps} (R11-054). */
  readonly sub: string
  readonly ps: string
  readonly agent?: undefined
  readonly scopes: readonly string[]
  readonly account: null
  /** Organisation context; never part of the identity. */
  readonly tenant: string | null
  readonly mission?: Mission
  readonly class?: undefined
}

interface AuthToken extends Verified {
  readonly type: 'auth-token'
  readonly scopes: readonly string[]
  readonly account: string | null
  readonly tenant: string | null
  readonly mission?: Mission
}

/** A verified auth token of draft 11. */
export interface PersonTokenAuth extends AuthToken {
  readonly generation: 'person-token'
  /** Opaque, unique only together with {@link ps}, whoever signed the token. */
  readonly sub: string
  readonly ps: string
  readonly agent?: undefined
  readonly class?: undefined
}

/** A verified auth token of drafts 01 to 10. */
export interface MissionHeaderAuth extends AuthToken {
  readonly generation: 'mission-header'
  /** With `tenant` and `iss` the person, where the token names one; compare persons by `personKey`. */
  readonly sub?: string
  /** The person server, where it signed the token itself. */
  readonly ps?: string
  readonly agent: string
  /**
   * The provider of {@link agent}, where a list in `trust` names the issuer of the token, or it is the access server.
   * Anybody can be a person server and name any agent, so without a list the token proves no class.
   */
  readonly class?: AgentClass
}

/**
 * Who is calling and what was granted, all of it verified. Deep-frozen, and only this library can make one: what
 * issues or steps up refuses copies.
 */
export type Auth = AgentAuth | PersonAuth | PersonTokenAuth | MissionHeaderAuth

/** Whether a token must name a person. */
export type PersonNeed = 'required' | 'optional'

/** The `Auth` that a requirement's `accept` and `person` can yield. */
export type AuthFor<Accept extends TokenKind, Person extends PersonNeed = 'optional'> =
  | (Accept extends 'agent-token' ? (Person extends 'required' ? never : AgentAuth) : never)
  | (Accept extends 'person-token' ? PersonAuth | PersonTokenAuth : never)
  | (Accept extends 'auth-token' ? PersonTokenAuth | OlderAuthFor<Person> : never)

type OlderAuthFor<Person extends PersonNeed> = Person extends 'required'
  ? MissionHeaderAuth & { readonly sub: string }
  : MissionHeaderAuth

/** What stays the same for every request with one token; made once, frozen, shared. */
export type AuthTemplate = Readonly<Omit<Auth, 'covered'>>

/**
 * Builds the template field by field, so that no claim gets in by its name (G24).
 *
 * @param listed whether the operator listed the issuer, and so believes it about agents of others
 */
export function authTemplate(claims: VerifiedClaims, thumbprint: string, listed: boolean): AuthTemplate {
  const { kind, generation, iss, sub, ps, agent, parentAgent, scopes, account, tenant, mission, jti, exp } =
    claims
  const { further } = claims
  return Object.freeze({
    type: kind,
    ...present({ generation, iss, sub, ps, agent, parentAgent }),
    scopes: Object.freeze([...scopes]),
    account,
    tenant,
    ...present({
      mission: mission && Object.freeze({ approver: mission.approver, s256: mission.s256 }),
      // An agent token is signed by the provider itself.
      class: kind === 'agent-token' || listed ? classOf(claims) : undefined,
      claims: further,
    }),
    thumbprint,
    jti,
    exp,
  }) as unknown as AuthTemplate
}

/** The class that a token names, if it names one. */
export function classOf({ agent }: Pick<VerifiedClaims, 'agent'>): AgentClass | undefined {
  return agent === undefined ? undefined : Object.freeze({ provider: providerOf(agent) })
}

/** The `Auth` of one request. @param routeClass a class that the token proves on this route alone */
export function authOf(
  template: AuthTemplate,
  covered: readonly string[],
  routeClass: AgentClass | undefined,
): Auth {
  const auth = { ...template, covered: Object.freeze([...covered]) }
  return Object.freeze(routeClass === undefined ? auth : { ...auth, class: routeClass }) as Auth
}

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** Whether `auth` is of a kind and generation that `accept` takes; the one place where that is decided. */
export function isAccepted(
  accept: ReadonlySet<TokenKind>,
  kind: TokenKind,
  generation: Generation | undefined,
): boolean {
  if (accept.has(kind)) return true
  // Agents stop presenting person tokens once they hold an auth token (R11-072).
  return kind === 'auth-token' && hasPersonTokens(generation) && accept.has('person-token')
}
