import { createIssuers, type Issuers, verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import { isInnerList, parseDictionary } from 'structured-headers'
import type { World } from '../world/world.ts'
import type { AgentRequest, FetchOptions, SigningAgent } from './requests.ts'
/** How a call is made. */
export interface CallOptions extends Omit<FetchOptions, 'token'> {
  /** Shown first; default the agent token. */
  readonly token?: string
  /**
   * For a resource that calls on behalf of its caller: the person or auth token it was called with (draft 11 §10.1).
   * Its agent is of a provider with the identifier of the resource.
   */
  readonly upstream?: string
}

/** What a call came to. */
export interface CallOutcome {
  readonly response: Response
  /** The token of the last request. */
  readonly token: string
  /** The requirement that each answer on the way stated. */
  readonly challenges: readonly string[]
}

/** A server that gave no token, or none that the agent could use. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
  readonly status: number
  /** `error` of the answer, if it had one. */
  readonly code: string | undefined

  constructor(endpoint: string, status: number, code: string | undefined) {
    super(`${endpoint} answered ${status}${code === undefined ? '' : ` ${code}`}`)
    this.status = status
    this.code = code
  }
}

/** A resource that keeps asking is left alone after so many requests. */
const maxRequests = 6
const issuersOf = new WeakMap<World, Issuers>()

/**
 * Calls until the resource asks for nothing more: fetches a person token, or redeems the resource token it is given,
 * once it has verified it as an agent does (draft 11 §6.7.3, §9.4.4; AG11).
 * @throws {ExchangeError} for a resource token or auth token that is not what it must be
 * @throws {TokenRefused}
 */
export async function answerChallenges(
  net: World,
  agent: SigningAgent,
  url: string,
  request: AgentRequest,
  { token: first, upstream, ...options }: CallOptions,
): Promise<CallOutcome> {
  const issuers = keptIssuers(net)
  const agentToken = await agent.agentToken()
  const challenges: string[] = []
  const chain = upstream === undefined ? {} : { upstream_token: upstream }
  let token = first ?? agentToken
  for (;;) {
    // Draft 11 has no AAuth-Mission: what its tokens name is the mission.
    const { mission: _, ...unasserted } = options
    const how = challenges.includes('person-token') ? unasserted : options
    const response = await agent.fetch(url, request, { ...how, token })
    const { requirement, resourceToken } = readRequirement(response)
    if (requirement !== undefined) challenges.push(requirement)
    if (challenges.length === maxRequests) return { response, token, challenges }
    if (requirement === 'agent-token' && token !== agentToken) token = agentToken
    else if (requirement === 'person-token') token = await personToken()
    else if (requirement === 'auth-token' && resourceToken !== undefined) token = await redeem(resourceToken)
    else return { response, token, challenges }
  }

  function personToken(): Promise<string> {
    // A chain goes on under the mission of its caller (R11-294).
    const under = upstream === undefined && options.mission ? { mission_s256: options.mission.s256 } : chain
    return ask('person_token_endpoint', 'person_token', { resource: new URL(url).origin, ...under })
  }

  async function redeem(resourceToken: string): Promise<string> {
    const asked = await verifyResourceToken(resourceToken, {
      role: 'agent',
      resource: new URL(url).origin,
      personServer: agent.personServer?.id,
      requestKey: agent.key.thumbprint,
      agentToken,
      presentedToken: token,
      issuers,
    })
    const authToken =
      asked.generation === 'person-token'
        ? await ask('auth_token_endpoint', 'auth_token', {
            resource_token: resourceToken,
            presented_token: token,
            ...chain,
          })
        : await ask('token_endpoint', 'auth_token', { resource_token: resourceToken, ...chain })
    await verifyExchange({ resourceToken: asked, authToken, issuers })
    return authToken
  }

  /** Asks the agent's own person server for a token. */
  async function ask(endpoint: string, member: string, body: object): Promise<string> {
    const { personServer } = agent
    if (personServer === undefined) throw new Error('the agent has no person server to ask')
    const document = await net.fetch(`${personServer.id}/.well-known/aauth-person.json`)
    const at = ((await document.json()) as Readonly<Record<string, string | undefined>>)[endpoint]
    if (at === undefined) throw new Error(`${personServer.id} has no ${endpoint}`)
    const asking = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    // The clock may stand, and the same signature twice is a replay.
    const params = { nonce: net.nextId() }
    const response = await agent.fetch(at, asking, { token: agentToken, digest: true, params })
    const answered = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>
    const given = answered[member]
    if (response.ok && typeof given === 'string') return given
    const { error } = answered
    throw new TokenRefused(at, response.status, typeof error === 'string' ? error : undefined)
  }
}

function keptIssuers(net: World): Issuers {
  const known = net.keepsKeys ? issuersOf.get(net) : undefined
  const issuers = known ?? createIssuers({ fetch: net.fetch, now: net.clock.now })
  issuersOf.set(net, issuers)
  return issuers
}

/** What an answer asks the agent to come back with. A requirement that is unknown is none that can be met. */
function readRequirement({ status, headers }: Response): {
  readonly requirement?: string
  readonly resourceToken?: string
} {
  const field = headers.get('aauth-requirement')
  if (status !== 401 || field === null) return {}
  const member = parseDictionary(field).get('requirement')
  if (member === undefined || isInnerList(member)) return {}
  const resourceToken = member[1].get('resource-token')
  return {
    requirement: String(member[0]),
    ...(typeof resourceToken === 'string' && { resourceToken }),
  }
}
