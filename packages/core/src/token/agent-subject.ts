import { quoted } from '../wire/quoted.ts'
import { agentRemedy, invalidJwt, wrong } from './claim-values.ts'
import type { Subject } from './claims.ts'
import { isAgentId, isServerId, providerOf, serverIdRemedy } from './identifiers.ts'
import type { JsonObject } from './json.ts'

/** AGENT-1 to AGENT-6, R11-004 to R11-009. */
export function agentSubject(iss: string, claims: JsonObject): Subject {
  const { sub, ps, parent_agent: parentAgent } = claims
  if (!isAgentId(sub)) throw invalidJwt(wrong('sub', sub, 'an agent identifier', agentRemedy))
  // Without this any provider could speak for the agents of another.
  if (providerOf(sub) !== iss)
    throw invalidJwt(
      `"sub" is ${quoted(sub)}, whose host is not the issuer ${quoted(iss)}: a provider names its own agents only`,
    )
  if (ps !== undefined && !isServerId(ps))
    throw invalidJwt(wrong('ps', ps, 'a server identifier', serverIdRemedy(ps)))
  if (
    parentAgent !== undefined &&
    (!isAgentId(parentAgent) || providerOf(parentAgent) !== iss || parentAgent === sub)
  ) {
    throw invalidJwt(
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
