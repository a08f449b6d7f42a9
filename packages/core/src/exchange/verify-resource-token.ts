import type { VerifiedClaims } from '../token/claims.ts'
import { decodeJws } from '../token/untrusted-token.ts'
import { ExchangeError } from './exchange-error.ts'
import { asExchangeError, type Issuers } from './issuers.ts'
import { type ResourceTokenClaims, readResourceToken } from './resource-token-claims.ts'

/** What a person server or access server knows of the request that brought a resource token. */
export interface ResourceTokenContext {
  /** The server that received it, and the part it plays. */
  readonly recipient: string
  readonly role: 'person-server' | 'access-server'
  /** Thumbprint of the key that signed the request; of an access server, of the key in `agentToken`. */
  readonly requestKey: string
  readonly issuers: Issuers
  /** Of an access server: the person server that sent it, which signed the request. */
  readonly personServer?: string
  /** The agent token that signed the request, or that the person server forwards. */
  readonly agentToken: string
  /** `presented_token` of draft 11. */
  readonly presentedToken?: string
  /** For a sub-agent, whose parent asks. */
  readonly subagentToken?: string
  /** For a call chain. */
  readonly upstreamToken?: string
}

/** A resource token whose every claim was checked. */
export interface VerifiedResourceToken extends ResourceTokenClaims {
  readonly verified: true
  /** Whether it is meant for another server, to which a person server passes it on. */
  readonly forwards: boolean
  /** No auth token may outlive this: the shortest of the tokens that were handed over. */
  readonly latestExp: number
}

/**
 * Verifies a resource token for the server that received it: its signature, whom it is for, the key it names, and
 * that it says of the person, the agent and the mission what the tokens beside it say (draft 11 §6.7.2, §7.2, §9.1,
 * §9.4.5; drafts 01 to 10, Resource Token Verification; PS11-20 to PS11-27, AS11-02 to AS11-05).
 *
 * @throws {ExchangeError} with the code of the token that does not fit
 * @throws {AAuthError} `server_error` when keys cannot be had for now
 */
export async function verifyResourceToken(
  token: string,
  context: ResourceTokenContext,
): Promise<VerifiedResourceToken> {
  const { issuers, recipient, role } = context
  const claims = await verifySignature(token, issuers)
  const forwards = claims.aud !== recipient
  if (forwards && role === 'access-server') throw refuse('aud is another server')
  const self = role === 'person-server' ? recipient : context.personServer
  const agent = await issuers.verifyParameter(context.agentToken, 'agent', claims.iss)
  if (agent.claims.kind !== 'agent-token') throw new ExchangeError('invalid_agent_token', 'no agent token')
  if (agent.jkt !== context.requestKey)
    throw new ExchangeError('invalid_agent_token', 'the agent token is bound to another key')
  const bound = await actingAgent(context, agent, claims.iss)
  if (bound.jkt !== claims.agentJkt) throw refuse('agent_jkt is not the key of the agent')
  const upstream = await verifyUpstream(context, agent.claims)
  const exps = [agent.claims.exp, bound.claims.exp, ...(upstream ? [upstream.exp] : [])]
  if (claims.generation === 'person-token') {
    if (self !== undefined && claims.ps !== self) throw refuse('ps is another person server')
    exps.push((await verifyPresented(context, claims)).exp)
  } else {
    if (bound.claims.agent !== claims.agent) throw refuse('agent is another agent')
    if (claims.mission && self !== undefined && claims.mission.approver !== self)
      throw refuse('the mission was approved by another person server')
  }
  return { ...claims, verified: true, forwards, latestExp: Math.min(...exps) }
}

async function verifySignature(token: string, issuers: Issuers): Promise<ResourceTokenClaims> {
  try {
    const jws = decodeJws(token, (typ) => typ === 'aa-resource+jwt')
    const claims = readResourceToken(jws.untrustedClaims, issuers.now())
    const old = claims.generation === 'mission-header'
    if (!issuers.generations.has(claims.generation)) throw refuse(`${claims.generation} is switched off`)
    if (jws.alg === 'EdDSA' && !old) throw refuse('alg EdDSA is not fully specified')
    await issuers.verifyJws(jws, claims.iss, 'aauth-resource.json', old)
    return claims
  } catch (fault) {
    throw asExchangeError(fault, 'resource')
  }
}

type Bound = Awaited<ReturnType<Issuers['verifyParameter']>>

/** The agent whose key it is: the caller, or its sub-agent, which names the caller as its parent (PS11-03). */
async function actingAgent(context: ResourceTokenContext, agent: Bound, aud: string): Promise<Bound> {
  if (context.subagentToken === undefined) return agent
  const subagent = await context.issuers.verifyParameter(context.subagentToken, 'subagent', aud)
  const { claims } = subagent
  if (claims.kind !== 'agent-token' || claims.parentAgent !== agent.claims.agent)
    throw new ExchangeError('invalid_subagent_token', 'the sub-agent names another parent')
  if (claims.iss !== agent.claims.iss)
    throw new ExchangeError('invalid_subagent_token', 'the sub-agent is of another provider')
  return subagent
}

/** The upstream token was for the caller, a resource that is its own agent provider (draft 11 §9.4.5). */
async function verifyUpstream(
  { issuers, upstreamToken }: ResourceTokenContext,
  agent: VerifiedClaims,
): Promise<VerifiedClaims | undefined> {
  if (upstreamToken === undefined) return undefined
  const { claims } = await issuers.verifyParameter(upstreamToken, 'upstream', agent.iss)
  if (claims.kind === 'agent-token')
    throw new ExchangeError('invalid_upstream_token', 'an agent token starts no chain')
  return claims
}

/** What was presented to the resource says of the person what the resource token says, absence included (PS11-27). */
async function verifyPresented(
  { issuers, presentedToken }: ResourceTokenContext,
  claims: ResourceTokenClaims,
): Promise<VerifiedClaims> {
  if (presentedToken === undefined) throw new ExchangeError('invalid_request', 'presented_token is missing')
  const { claims: presented, jkt } = await issuers.verifyParameter(presentedToken, 'presented', claims.iss)
  if (presented.kind === 'agent-token' || presented.generation !== 'person-token')
    throw new ExchangeError('invalid_presented_token', 'neither a person token nor an auth token of draft 11')
  if (jkt !== claims.agentJkt)
    throw new ExchangeError('invalid_presented_token', 'the presented token is bound to another key')
  const same =
    presented.jti === claims.presentedJti &&
    presented.ps === claims.ps &&
    presented.sub === claims.sub &&
    (presented.tenant ?? undefined) === claims.tenant &&
    presented.mission?.s256 === claims.mission?.s256
  if (!same) throw refuse('the resource token does not say what the presented token says')
  return presented
}

function refuse(hint: string): ExchangeError {
  return new ExchangeError('invalid_resource_token', hint)
}
