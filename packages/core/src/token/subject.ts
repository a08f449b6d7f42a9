import { quoted } from '../wire/quoted.ts'
import {
  directMission,
  missionObject,
  refuse,
  requiredSub,
  scopesOf,
  tenantOf,
  text,
  wrong,
} from './claim-values.ts'
import type { ClaimRules, UntrustedClaims } from './claims.ts'
import { isAgentId, isServerId, providerOf, serverIdRemedy } from './identifiers.ts'
import { asObject, type JsonObject } from './json.ts'
import type { Generation, IssuerRole, TokenKind } from './kinds.ts'

/** What the claims say of agent, person, mission and what is granted. */
export type Subject = Pick<
  UntrustedClaims,
  'generation' | 'sub' | 'ps' | 'agent' | 'parentAgent' | 'scopes' | 'account' | 'tenant' | 'mission'
>

/** Reads them as the kind and the generation of the token have it. @throws {AAuthError} `invalid_jwt` */
export function readSubject(
  kind: TokenKind,
  role: IssuerRole,
  iss: string,
  claims: JsonObject,
  rules: ClaimRules,
): Subject {
  if (kind === 'agent-token') return agentSubject(iss, claims)
  const generation = kind === 'person-token' ? 'person-token' : authGeneration(claims)
  if (!rules.generations.has(generation))
    throw refuse(
      `the token is of the generation "${generation}", which is switched off: add it to "generations"`,
    )
  if (kind === 'person-token') return personSubject(iss, claims)
  return generation === 'person-token'
    ? authSubject(role, iss, claims)
    : missionHeaderAuthSubject(role, iss, claims)
}

/** AGENT-1 to AGENT-6, R11-004 to R11-009. */
function agentSubject(iss: string, claims: JsonObject): Subject {
  const { sub, ps, parent_agent: parentAgent } = claims
  if (!isAgentId(sub)) throw refuse(wrong('sub', sub, 'an agent identifier', agentRemedy))
  // Without this any provider could speak for the agents of another.
  if (providerOf(sub) !== iss)
    throw refuse(
      `"sub" is ${quoted(sub)}, whose host is not the issuer ${quoted(iss)}: a provider names its own agents only`,
    )
  if (ps !== undefined && !isServerId(ps))
    throw refuse(wrong('ps', ps, 'a server identifier', serverIdRemedy(ps)))
  if (
    parentAgent !== undefined &&
    (!isAgentId(parentAgent) || providerOf(parentAgent) !== iss || parentAgent === sub)
  ) {
    throw refuse(
      `"parent_agent" is ${quoted(parentAgent)}, which is not another agent of the issuer: name one, or leave it out`,
    )
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
  if (claims.ps !== undefined && claims.ps !== iss) throw refuse(foreign('ps', claims.ps, iss))
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
  if (!isServerId(ps)) throw refuse(wrong('ps', ps, 'a server identifier', serverIdRemedy(ps)))
  if (role === 'person-server' && ps !== iss) throw refuse(foreign('ps', ps, iss))
  const mission = directMission(ps, claims)
  return { ...nobody, generation: 'person-token', sub, ps, ...grant(claims), mission }
}

/** AUTH-3 to AUTH-6, AUTH-14, AUTH-15. */
function missionHeaderAuthSubject(role: IssuerRole, iss: string, claims: JsonObject): Subject {
  const { agent } = claims
  if (!isAgentId(agent)) throw refuse(wrong('agent', agent, 'an agent identifier', agentRemedy))
  checkActors(claims.act, agent)
  const sub = claims.sub === undefined ? undefined : requiredSub(claims)
  const granted = grant(claims)
  if (sub === undefined && granted.scopes.length === 0)
    throw refuse('"sub" and "scope" are both missing in the token: the issuer must set one of them')
  const mission = missionObject(claims)
  if (role === 'person-server' && mission !== undefined && mission.approver !== iss) {
    throw refuse(foreign('mission.approver', mission.approver, iss))
  }
  // A person server is its own namespace of persons; for an access server the token names none.
  const ps = role === 'person-server' ? iss : undefined
  return { ...nobody, generation: 'mission-header', sub, ps, agent, ...granted, mission }
}

const agentRemedy = 'write it as aauth:name@host'

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
  if (old === current)
    throw refuse(
      `the claims belong to ${old ? 'two generations' : 'no generation'}: drafts 01 to 10 use "agent", "act" and "mission", draft 11 uses "ps" and "mission_s256"`,
    )
  if (current && 'presented_jti' in claims)
    throw refuse('"presented_jti" belongs to resource tokens: leave it out')
  return old ? 'mission-header' : 'person-token'
}

/** Shapes of drafts 01 to 10: `act.sub` or `act.agent` in a node, never both, depth at most 8 (matrix AUTH-5, D43). */
function checkActors(act: unknown, agent: string): void {
  let node: unknown = act
  for (let depth = 0; node !== undefined; depth++) {
    const actor = asObject(node)
    if (actor === undefined || depth === 8)
      throw refuse('"act" is not a chain of at most 8 objects: shorten it, or leave it out')
    const { sub, agent: upstream } = actor
    if ((sub === undefined) === (upstream === undefined))
      throw refuse('an actor in "act" has neither "sub" nor "agent", or both: set one of them')
    if (!isAgentId(sub ?? upstream))
      throw refuse(wrong('act', sub ?? upstream, 'an agent identifier', agentRemedy))
    // Drafts 01 to 03 put the presenter itself on top.
    if (depth === 0 && sub !== undefined && sub !== agent)
      throw refuse(
        `"act.sub" is ${quoted(sub)}, which is not "agent" ${quoted(agent)}: name the agent that presents the token`,
      )
    node = actor.act
  }
}

function grant(claims: JsonObject): Pick<Subject, 'scopes' | 'account' | 'tenant'> {
  return { scopes: scopesOf(claims), account: text(claims, 'account', 512) ?? null, tenant: tenantOf(claims) }
}

function refusePresent(claims: JsonObject, names: readonly string[]): void {
  const present = names.find((name) => name in claims)
  if (present !== undefined) throw refuse(`"${present}" does not belong in a person token: leave it out`)
}

function foreign(name: string, value: unknown, iss: string): string {
  return `"${name}" is ${quoted(value)}, and the issuer is ${quoted(iss)}: a person server speaks for itself only`
}
