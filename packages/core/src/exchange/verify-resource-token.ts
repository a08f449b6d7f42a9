import type { VerifiedClaims } from '../token/claims.ts'
import { hasPersonTokens, rulesOf } from '../token/generations.ts'
import type { JsonObject } from '../token/json.ts'
import { decodeJws, type UntrustedJws } from '../token/untrusted-token.ts'
import { ExchangeError } from './exchange-error.ts'
import { asExchangeError, type Issuers, type VerifiedParameter } from './issuers.ts'
import { type ResourceTokenClaims, readResourceToken } from './resource-token-claims.ts'
import type { ResourceTokenContext } from './resource-token-context.ts'

/** A resource token whose every claim was checked. */
export interface VerifiedResourceToken extends ResourceTokenClaims {
  readonly verified: true
  /** Whether it is meant for an access server, to which the person server passes it on. */
  readonly forwards: boolean
  /** The public key that an auth token must be bound to: its `cnf.jwk`. */
  readonly jwk: JsonObject
  /** No auth token may outlive this: the shortest of the tokens that were handed over. */
  readonly latestExp: number
}

/**
 * Verifies a resource token for the one who received it: its signature, whom it is for, the key it names, and that
 * it says of the person, the agent and the mission what the tokens beside it say (draft 11 §6.7.2, §6.7.3, §7.2,
 * §9.1, §9.4.5; drafts 01 to 10, Resource Token Verification; PS11-20 to PS11-29, AS11-02 to AS11-05).
 *
 * If `interaction` is there, the person server sends the person to that page first, and asks for consent only after the
 * person has come back without an `error` (draft 11 §7.2.3). Its rules for addresses that it calls apply to the page too.
 *
 * Whether the mission still runs, and whether the agent is this person's, is for the person server to know.
 *
 * Whether the person of an upstream token is the one that is asked for, it cannot know; the person server must.
 *
 * @throws {ExchangeError} with the code of the token that does not fit
 * @throws {AAuthError} `server_error` when keys cannot be had for now
 * @example
 * ```ts
 * import { createIssuers, type VerifiedResourceToken, verifyResourceToken } from '@aauth-guard/core/exchange'
 *
 * const issuers = createIssuers()
 *
 * // requestKey and agentToken are of the request that brought the other two.
 * export function asked(
 *   body: { readonly resource_token: string; readonly presented_token: string },
 *   requestKey: string,
 *   agentToken: string,
 * ): Promise<VerifiedResourceToken> {
 *   return verifyResourceToken(body.resource_token, {
 *     role: 'person-server',
 *     recipient: 'https://ps.example',
 *     requestKey,
 *     agentToken,
 *     presentedToken: body.presented_token,
 *     issuers,
 *   })
 * }
 * ```
 */
export async function verifyResourceToken(
  token: string,
  context: ResourceTokenContext,
): Promise<VerifiedResourceToken> {
  const { issuers, role } = context
  const untrusted = readToken(token, issuers)
  const { claims } = untrusted
  const rules = rulesOf(claims.generation)
  const personServer = role === 'person-server' ? context.recipient : context.personServer
  if (role === 'agent' && claims.iss !== context.resource)
    throw invalidResourceToken('iss is not the resource that was called')
  if (role === 'access-server' && claims.aud !== context.recipient)
    throw invalidResourceToken('aud is another server')
  await verifySignature(untrusted, issuers)
  const agent = await issuers.verifyParameter(context.agentToken, 'agent', claims.iss)
  if (agent.claims.kind !== 'agent-token') throw new ExchangeError('invalid_agent_token', 'no agent token')
  if (role !== 'access-server' && agent.jkt !== context.requestKey)
    throw new ExchangeError('invalid_agent_token', 'the agent token is bound to another key')
  // A sub-agent of draft 11 asks through its parent (PS11-06).
  if (role !== 'agent' && rules.personTokens && agent.claims.parentAgent !== undefined)
    throw new ExchangeError('invalid_request', 'a sub-agent asks through its parent')
  const bound = await actingAgent(context, agent, claims.iss)
  if (bound.jkt !== claims.agentJkt) throw invalidResourceToken('agent_jkt is not the key of the agent')
  const upstream = await verifyUpstream(context, agent.claims, personServer)
  const exps = [agent.claims.exp, bound.claims.exp, ...(upstream ? [upstream.exp] : [])]
  if (rules.personTokens) {
    if (claims.ps !== personServer) throw invalidResourceToken('ps is another person server')
    exps.push((await verifyPresented(context, claims)).exp)
  } else {
    if (bound.claims.agent !== claims.agent) throw invalidResourceToken('agent is another agent')
    if (claims.mission && claims.mission.approver !== personServer)
      throw invalidResourceToken('the mission was approved by another person server')
  }
  return {
    ...claims,
    verified: true,
    forwards: claims.aud !== personServer,
    jwk: bound.jwk,
    latestExp: Math.min(...exps),
  }
}

interface UntrustedResourceToken {
  readonly jws: UntrustedJws
  readonly claims: ResourceTokenClaims
}

function readToken(token: string, issuers: Issuers): UntrustedResourceToken {
  try {
    const jws = decodeJws(token, (typ) => typ === 'aa-resource+jwt')
    const claims = readResourceToken(jws.untrustedClaims, issuers.now())
    if (!issuers.generations.has(claims.generation))
      throw invalidResourceToken(`${claims.generation} is switched off`)
    if (jws.alg === 'EdDSA' && !rulesOf(claims.generation).legacyAlgorithms)
      throw invalidResourceToken('alg EdDSA is not fully specified')
    return { jws, claims }
  } catch (fault) {
    throw asExchangeError(fault, 'resource')
  }
}

async function verifySignature({ jws, claims }: UntrustedResourceToken, issuers: Issuers): Promise<void> {
  try {
    const legacy = rulesOf(claims.generation).legacyAlgorithms
    await issuers.verifyJws(jws, claims.iss, 'aauth-resource.json', legacy)
    await issuers.refuseRevoked(claims, 'resource')
  } catch (fault) {
    throw asExchangeError(fault, 'resource')
  }
}

/**
 * The agent whose key it is: the caller, or its sub-agent, which names the caller as its parent (PS11-03). Both are of
 * one provider then, since each speaks only for agents on its own host.
 */
async function actingAgent(
  context: ResourceTokenContext,
  agent: VerifiedParameter,
  aud: string,
): Promise<VerifiedParameter> {
  if (context.subagentToken === undefined) return agent
  const subagent = await context.issuers.verifyParameter(context.subagentToken, 'subagent', aud)
  const { claims } = subagent
  if (claims.parentAgent !== agent.claims.agent)
    throw new ExchangeError('invalid_subagent_token', 'the sub-agent names another parent')
  return subagent
}

/** The upstream token was for the caller, a resource that is its own agent provider (draft 11 §9.4.5). */
async function verifyUpstream(
  context: ResourceTokenContext,
  agent: VerifiedClaims,
  personServer: string | undefined,
): Promise<VerifiedClaims | undefined> {
  const { issuers, upstreamToken } = context
  if (upstreamToken === undefined) return undefined
  const { claims } = await issuers.verifyParameter(upstreamToken, 'upstream', agent.iss)
  if (claims.kind === 'agent-token')
    throw new ExchangeError('invalid_upstream_token', 'an agent token starts no chain')
  // Of drafts 01 to 10 an auth token of an access server does not name a person server.
  if (claims.ps !== undefined && claims.ps !== personServer)
    throw new ExchangeError('invalid_upstream_token', 'the upstream token is of another person server')
  demandKnownIssuer(context, claims, 'upstream')
  return claims
}

/** What was presented to the resource says of the person what the resource token says, absence included (PS11-27). */
async function verifyPresented(
  context: ResourceTokenContext,
  claims: ResourceTokenClaims,
): Promise<VerifiedClaims> {
  const { issuers, presentedToken } = context
  if (presentedToken === undefined) throw new ExchangeError('invalid_request', 'presented_token is missing')
  const { claims: presented, jkt } = await issuers.verifyParameter(presentedToken, 'presented', claims.iss)
  if (!hasPersonTokens(presented.generation))
    throw new ExchangeError('invalid_presented_token', 'neither a person token nor an auth token of draft 11')
  demandKnownIssuer(context, presented, 'presented')
  if (jkt !== claims.agentJkt)
    throw new ExchangeError('invalid_presented_token', 'the presented token is bound to another key')
  const same =
    presented.jti === claims.presentedJti &&
    presented.ps === claims.ps &&
    presented.sub === claims.sub &&
    (presented.tenant ?? undefined) === claims.tenant &&
    presented.mission?.s256 === claims.mission?.s256
  if (!same) throw invalidResourceToken('the resource token does not say what the presented token says')
  return presented
}

/** An access server of which the person server has never heard could name any person. An agent knows what it was given. */
function demandKnownIssuer(
  context: ResourceTokenContext,
  { role, iss }: VerifiedClaims,
  parameter: 'upstream' | 'presented',
): void {
  if (context.role === 'agent' || role !== 'access-server') return
  if (context.role === 'access-server' && iss === context.recipient) return
  if (context.accessServers?.includes(iss)) return
  throw new ExchangeError(`invalid_${parameter}_token`, `"${iss}" is not an access server that is known here`)
}

function invalidResourceToken(hint: string): ExchangeError {
  return new ExchangeError('invalid_resource_token', hint)
}
