import type { ResourceState } from '../resource/state.ts'
import type { Auth } from '../token/auth.ts'
import { rulesOf } from '../token/generations.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { EvaluationEntity, EvaluationProperties, EvaluationRequest } from './evaluation.ts'

/**
 * The evaluation request for one request (docs/how-to/policies.md#what-the-policy-server-gets). It contains claims of the
 * verified token and the path, but no token, signature, header field, query or content.
 *
 * @param action the name of the action; `undefined` for the method
 */
export async function evaluationOf(
  state: ResourceState,
  auth: Auth,
  request: RoutedRequest,
  action: string | undefined,
): Promise<EvaluationRequest> {
  const { account } = auth
  return {
    subject: subjectOf(auth),
    action: { name: action ?? request.method, properties: { htm: request.method } },
    resource: {
      type: 'aauth_resource',
      id: request.path,
      properties: { audience: state.settings.issuer, ...(account !== null && { account }) },
    },
    context: await contextOf(state, auth),
  }
}

/** The person, or the agent if the token does not name a person. An agent is never of the type of persons. */
function subjectOf(auth: Auth): EvaluationEntity {
  const { agent, generation, iss, ps, sub, tenant } = auth
  if (generation === undefined || sub === undefined)
    // A token that does not name a person names an agent.
    return { type: agentMember(auth), id: agent as string, properties: { iss } }
  const { issuer } = rulesOf(generation).namespaceOf({ iss, ps, tenant })
  return { type: 'user', id: sub, properties: { iss: issuer, ...(tenant !== null && { tenant }) } }
}

/**
 * Anyone can run a person server and name the agent of somebody else, so an agent whose provider is not proven must not
 * match a policy about that agent.
 */
function agentMember(auth: Auth): 'agent' | 'claimed_agent' {
  return auth.class === undefined ? 'claimed_agent' : 'agent'
}

async function contextOf(state: ResourceState, auth: Auth): Promise<EvaluationProperties> {
  const { agent, class: agentClass, mission, iss, thumbprint, type, jti, exp, scopes } = auth
  const parentAgent = auth.type === 'agent-token' ? auth.parentAgent : undefined
  const observed = mission && (await observationOf(state, auth))
  return {
    actor: {
      ...(agent !== undefined && { [agentMember(auth)]: agent, iss }),
      ...(parentAgent !== undefined && { parent_agent: parentAgent }),
      jkt: thumbprint,
    },
    ...(agent !== undefined && agentClass !== undefined && { agent }),
    ...(mission && { mission }),
    ...(agentClass && { class: { provider: agentClass.provider, ...(mission && { mission }) } }),
    ...(observed && { mission_state_observation: observed }),
    credential: { typ: type, iss, jti, exp, scopes },
  }
}

/**
 * What the resource knows of the state of the mission, and since when. Absent if no source is queried: then it knows of
 * no termination, which is not an observation.
 */
async function observationOf(
  { missionMonitor }: ResourceState,
  { mission }: Auth,
): Promise<EvaluationProperties | undefined> {
  if (mission === undefined) return undefined
  try {
    const second = await missionMonitor?.activeAt(mission)
    if (second === undefined) return undefined
    return { state: 'active', freshness_at: new Date(second * 1000).toISOString() }
  } catch {
    // The guard has decided by what the store answered before. The policy may require an observation.
    return undefined
  }
}
