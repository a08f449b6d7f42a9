import type { FurtherClaims, Mission, VerifiedClaims } from './claims.ts'
import { hasPersonTokens } from './generations.ts'
import { providerOf } from './identifiers.ts'
import type { Generation, TokenKind } from './kinds.ts'

/** The agents that may act for each other within a mission: those of one agent provider. */
export interface AgentClass {
  /** Server identifier of the agent provider. */
  readonly provider: string
}

/** What a person agreed to with the resource itself, and the caller may therefore do. */
export interface Session {
  /** The id of the consent, which `resource.managed.end({ consent })` takes. */
  readonly consent: string
  /** The person who agreed, as the application calls them. */
  readonly person: string
  /** NumericDate, seconds, at which the session value expires. */
  readonly exp: number
}

interface Verified {
  /** The issuer of the token. */
  readonly iss: string
  readonly jti: string
  /** NumericDate, seconds. */
  readonly exp: number
  /** RFC 7638 thumbprint of the key that signed this request. */
  readonly thumbprint: string
  /**
   * The components that the signature covers. The query and the content are among them only if the route requires it,
   * or the agent covers them on its own.
   */
  readonly covered: readonly string[]
  /**
   * The claims that the option `claims` of the resource names, as the issuer signed them, if the token contains them.
   * Deep-frozen, in objects without a prototype. Absent if the option names none.
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
  /** Set if the caller is a sub-agent. */
  readonly parentAgent?: string
  /** The person server of the agent, according to the agent provider. It grants nothing. */
  readonly ps?: string
  readonly scopes: readonly string[]
  readonly account: null
  readonly tenant: null
  readonly mission?: undefined
  readonly class: AgentClass
  /** Set if {@link scopes} come from a session, on a route that takes sessions. */
  readonly session?: Session
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
  /** Set if {@link scopes} come from a session, on a route that takes sessions. */
  readonly session?: Session
}

interface AuthToken extends Verified {
  readonly type: 'auth-token'
  readonly session?: undefined
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
  /**
   * Identifies the person, together with `tenant` and `iss`, if the token names one. Compare persons by `personKey`.
   */
  readonly sub?: string
  /** The person server, if it issued the token itself. */
  readonly ps?: string
  readonly agent: string
  /**
   * The provider of {@link agent}, if a list in `trust` names the issuer of the token, or the issuer is the access
   * server. Anyone can run a person server and name any agent, so a token of an unlisted issuer does not prove a class.
   */
  readonly class?: AgentClass
}

/**
 * Who is calling and what was granted, all of it verified. Deep-frozen. Functions such as `stepUp` accept only the
 * object that a guard returned, not a copy.
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

/** The part of an `Auth` that is the same for every request with one token. It is made once, frozen and shared. */
export type AuthTemplate = Readonly<Omit<Auth, 'covered'>>

/**
 * Makes the template field by field, so that no claim becomes a member by its name (G24).
 *
 * @param listed whether the operator listed the issuer, and so trusts it to name agents of other providers
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

/**
 * The `Auth` of one request, for `seal` to freeze.
 *
 * @param covered is frozen
 * @param routeClass a class that the token proves on this route alone
 * @param granted the session on a route that takes sessions, and what it grants
 */
export function authOf(
  template: AuthTemplate,
  covered: readonly string[],
  routeClass: AgentClass | undefined,
  granted?: Pick<Auth, 'scopes'> & { readonly session: Session },
): Auth {
  const auth = { ...template, covered }
  if (granted !== undefined) Object.assign(auth, { scopes: granted.scopes, session: granted.session })
  return (routeClass === undefined ? auth : { ...auth, class: routeClass }) as Auth
}

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** Whether `accept` includes a token of this kind and generation. */
export function isAccepted(
  accept: ReadonlySet<TokenKind>,
  kind: TokenKind,
  generation: Generation | undefined,
): boolean {
  if (accept.has(kind)) return true
  // Agents stop presenting person tokens once they hold an auth token (R11-072).
  return kind === 'auth-token' && hasPersonTokens(generation) && accept.has('person-token')
}
