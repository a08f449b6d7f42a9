import { quoted } from '../wire/quoted.ts'
import { agentRemedy, invalidJwt, missionObject, requiredSub, wrong } from './claim-values.ts'
import type { Subject } from './claims.ts'
import type { GenerationRules } from './generation-rules.ts'
import { isAgentId } from './identifiers.ts'
import { asObject, type JsonObject } from './json.ts'
import type { IssuerRole } from './kinds.ts'
import { foreign, grant, nobody } from './subject-parts.ts'

/** Drafts 01 to 10. */
export const missionHeader: GenerationRules = {
  authClaims: ['agent', 'act', 'mission'],
  uses: 'drafts 01 to 10 use "agent", "act" and "mission"',
  authSubject,
  personTokens: false,
  agentTokenSuffices: true,
  missionHeader: true,
  legacyAlgorithms: true,
  legacyRevocations: true,
  futureIat: 'invalid_jwt',
  renewal: 'agent-token',
  namespaceOf: ({ iss, tenant }) => ({ issuer: iss, tenant }),
  resourceClaims: ['agent', 'mission'],
  resourceSubject(claims) {
    const { agent } = claims
    if (!isAgentId(agent)) throw invalidJwt(wrong('agent', agent, 'an agent identifier', agentRemedy))
    const others = { ps: undefined, sub: undefined, tenant: undefined, presentedJti: undefined }
    return { ...others, agent, mission: missionObject(claims) }
  },
  resourceTokenClaims: ({ agent }, mission) => ({
    agent,
    ...(mission && { mission: { approver: mission.approver, s256: mission.s256 } }),
  }),
}

/** Reads what an auth token says (AUTH-3 to AUTH-6, AUTH-14, AUTH-15). */
function authSubject(role: IssuerRole, iss: string, claims: JsonObject): Subject {
  const { agent } = claims
  if (!isAgentId(agent)) throw invalidJwt(wrong('agent', agent, 'an agent identifier', agentRemedy))
  checkActors(claims.act, agent)
  const sub = claims.sub === undefined ? undefined : requiredSub(claims)
  const granted = grant(claims)
  if (sub === undefined && granted.scopes.length === 0)
    throw invalidJwt('"sub" and "scope" are both missing in the token: the issuer must set one of them')
  const mission = missionObject(claims)
  if (role === 'person-server' && mission !== undefined && mission.approver !== iss) {
    throw invalidJwt(foreign('mission.approver', mission.approver, iss))
  }
  // A person server is a namespace of persons. A token issued by an access server does not name a person server.
  const ps = role === 'person-server' ? iss : undefined
  return { ...nobody, generation: 'mission-header', sub, ps, agent, ...granted, mission }
}

/** Shapes of drafts 01 to 10: `act.sub` or `act.agent` in a node, never both, depth at most 8 (AUTH-5, D43). */
function checkActors(act: unknown, agent: string): void {
  let node: unknown = act
  for (let depth = 0; node !== undefined; depth++) {
    const actor = asObject(node)
    if (actor === undefined || depth === 8)
      throw invalidJwt('"act" is not a chain of at most 8 objects: shorten it, or leave it out')
    const { sub, agent: upstream } = actor
    if ((sub === undefined) === (upstream === undefined))
      throw invalidJwt('an actor in "act" has neither "sub" nor "agent", or both: set one of them')
    if (!isAgentId(sub ?? upstream))
      throw invalidJwt(wrong('act', sub ?? upstream, 'an agent identifier', agentRemedy))
    // Drafts 01 to 03 put the presenter itself on top.
    if (depth === 0 && sub !== undefined && sub !== agent)
      throw invalidJwt(
        `"act.sub" is ${quoted(sub)}, which is not "agent" ${quoted(agent)}: name the agent that presents the token`,
      )
    node = actor.act
  }
}
