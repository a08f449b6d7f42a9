import { type AgentAuth, createResource } from '@aauth-guard/core'
import {
  ExchangeError,
  type VerifiedResourceToken,
  verifyExchange,
  verifyResourceToken,
} from '@aauth-guard/core/exchange'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { decodeJwt } from 'jose'
import { isInnerList, parseDictionary } from 'structured-headers'
import { mismatchNamed } from '../issuer/exchange-misbehaviour.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import { returnPath } from '../issuer/issuer-metadata.ts'
import { isDigest } from '../issuer/missions.ts'
import { deliver } from '../world/deliver.ts'
import { answerEndpoint, EndpointError } from '../world/endpoint-answer.ts'
import type { Generation } from '../world/roles.ts'
import type { World } from '../world/world.ts'
import { Consent } from './consent.ts'
import { knownIssuers } from './known-issuers.ts'
import { answerMission } from './mission-endpoint.ts'
import { onlyPerson, Persons } from './persons.ts'
import { signerOf } from './signer-of.ts'
import {
  answerTokenRequest,
  checkGeneration,
  issueAuthToken,
  readTokenRequest,
  restingOn,
  type TokenRequest,
  tokenResponse,
} from './token-endpoint.ts'

/**
 * The token endpoints of a person server: person tokens (PS11-01 to PS11-07), and auth tokens for resource tokens
 * (PS11-20 to PS11-28), which it grants or fetches from an access server. One person, who agrees to everything. Where a
 * resource token has an `interaction` claim, the person goes to the page of the resource first.
 */
export function personServer(net: World, issuer: TestIssuer): (request: Request) => Promise<Response> {
  const settings = { fetch: net.fetch, now: net.clock.now }
  const issuers = knownIssuers(net, issuer)
  const persons = new Persons(net, issuer)
  const guard = fetchGuard(
    createResource({
      issuer: issuer.id,
      trust: { agentProviders: 'any' },
      log: 'off',
      signingKey: signerOf(issuer),
      stores: { revocations: issuer.withdrawn },
      ...settings,
    }),
    { accept: 'agent-token', components: ['content-digest', 'content-type'] },
  )

  const consent = new Consent(issuer)
  /** To which it has presented what agents were given. */
  const accessServers = new Set<string>()

  const answered = guard((request, auth) => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/mission'))
      return answerEndpoint(() => answerMission(issuer, request, auth.agent))
    if (pathname.startsWith('/pending/'))
      return answerEndpoint(async () => consent.poll(pathname.slice('/pending/'.length), auth.agent))
    return answerTokenRequest(issuer, request.signal, async () => {
      const body = readTokenRequest(await request.text())
      const agentToken = shownToken(request)
      switch (pathname) {
        case '/person-token':
          return personToken(body, auth, agentToken)
        case '/auth-token':
          return authToken(body, auth, agentToken, 'person-token')
        default:
          return authToken(body, auth, agentToken, 'mission-header')
      }
    })
  })

  return async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (!pathname.startsWith(returnPath)) return answered(request)
    // The browser of the person, which signs nothing.
    return answerEndpoint(() =>
      consent.returned(pathname.slice(returnPath.length), searchParams.get('error')),
    )
  }

  async function personToken(body: TokenRequest, auth: AgentAuth, agentToken: string): Promise<Response> {
    const { resource = '', mission_s256: asserted } = body
    if (!/^https?:\/\/[a-z0-9.-]+(?::[0-9]+)?$/.test(resource) || auth.parentAgent !== undefined)
      throw new ExchangeError('invalid_request', 'no resource, or a sub-agent that asks for itself')
    // A chain goes on under the mission of the caller, and names none of its own.
    if (body.upstream_token !== undefined && asserted !== undefined)
      throw new ExchangeError('invalid_request', 'mission_s256 beside upstream_token')
    const bound = await actingAgent(body, auth, agentToken)
    const upstream =
      body.upstream_token === undefined
        ? undefined
        : await persons.readUpstream(body.upstream_token, auth.iss, issuers())
    const mission = upstream ? upstream.mission : asserted
    if (mission !== undefined && !isDigest(mission))
      throw new ExchangeError('invalid_request', 'mission_s256 is not a digest')
    const assertLive = () =>
      mission && issuer.missions.assertMissionLive(mission, upstream ? undefined : auth.agent)
    assertLive()
    const question = { about: 'person-token', agent: auth.agent, resource, scopes: [], mission } as const
    return consent.ask({ ...question, person: upstream?.person }, async (approval) => {
      // While the person was asked, the mission may have been terminated.
      const live = assertLive()
      const iat = net.clock.now()
      const caps = [upstream?.exp, live ? live.expiresAt : undefined].filter((cap) => cap !== undefined)
      const exp = Math.min(iat + 3600, auth.exp, bound.exp, ...caps)
      const person = upstream?.person ?? approval.person ?? onlyPerson
      const claims = {
        iss: issuer.id,
        dwk: 'aauth-person.json',
        aud: resource,
        sub: await persons.subjectAt(resource, person),
        jti: net.nextId(),
        iat,
        exp,
        cnf: { jwk: bound.jwk },
        tenant: issuer.policy.tenant,
        mission_s256: mission,
      }
      const issuedFor = { agent: auth.agent, person, issuedOn: restingOn(body.upstream_token) }
      const token = await issuer.sign('aa-person+jwt', claims, {}, issuedFor)
      return tokenResponse('person_token', token, exp - iat)
    })
  }

  async function authToken(
    body: TokenRequest,
    auth: AgentAuth,
    agentToken: string,
    generation: Generation,
  ): Promise<Response> {
    const { resource_token: resourceToken } = body
    if (resourceToken === undefined) throw new ExchangeError('invalid_request', 'resource_token is missing')
    if (body.upstream_token !== undefined)
      await persons.readUpstream(body.upstream_token, auth.iss, issuers())
    const asked = await verifyResourceToken(resourceToken, {
      role: 'person-server',
      recipient: issuer.id,
      requestKey: auth.thumbprint,
      agentToken,
      presentedToken: body.presented_token,
      subagentToken: body.subagent_token,
      upstreamToken: body.upstream_token,
      accessServers: [...accessServers],
      issuers: issuers(),
    })
    checkGeneration(asked, generation)
    // In draft 11 what was presented says whose mission it is; no rule of drafts 01 to 10 makes it one agent's.
    const assertLive = () => asked.mission && issuer.missions.assertMissionLive(asked.mission.s256, undefined)
    assertLive()
    const issuedOn = restingOn(body.presented_token, body.upstream_token)
    const known = issuedOn.map((name) => issuer.issued.get(name)?.person).find((name) => name !== undefined)
    const question = { about: 'auth-token', agent: auth.agent, resource: asked.iss } as const
    const { scopes, mission } = asked
    return consent.ask(
      { ...question, scopes, mission: mission?.s256, person: known },
      async ({ person = known, scopes: granted = scopes }) => {
        const live = assertLive()
        const token = asked.forwards
          ? await federate(asked, { ...body, agent_token: agentToken })
          : await issueAuthToken(
              net,
              issuer,
              {
                ...asked,
                scopes: scopes.filter((scope) => granted.includes(scope)),
                latestExp: Math.min(asked.latestExp, live?.expiresAt ?? asked.latestExp),
              },
              asked.sub ?? (await persons.subjectAt(asked.iss, person)),
              { agent: auth.agent, issuedOn, ...(person !== undefined && { person }) },
            )
        const honest = mismatchNamed(issuer.policy.misbehaviour) === undefined
        if (honest) await checkDelivery(asked, token)
        return tokenResponse('auth_token', token, (decodeJwt(token).exp as number) - net.clock.now())
      },
      asked.interaction,
    )
  }

  /** What an access server grants instead of what was asked for reaches no agent (draft 11 §9.1.3). */
  async function checkDelivery(asked: VerifiedResourceToken, token: string): Promise<void> {
    try {
      await verifyExchange({ resourceToken: asked, authToken: token, issuers: issuers() })
    } catch (cause) {
      throw asked.forwards ? new EndpointError(502, 'as_unreachable') : cause
    }
  }

  /** Passes the request on to the access server that the resource names, signed in its own right. */
  async function federate(asked: VerifiedResourceToken, body: TokenRequest): Promise<string> {
    accessServers.add(asked.aud)
    for (const name of restingOn(body.presented_token)) issuer.issued.get(name)?.presentedTo.add(asked.aud)
    const response = await askAccessServer(asked, body).catch(() => undefined)
    const answered = (await response?.json().catch(() => undefined)) as
      | Readonly<Record<string, unknown>>
      | undefined
    if (typeof answered?.auth_token === 'string' && response?.ok) return answered.auth_token
    throw typeof answered?.error === 'string'
      ? new EndpointError((response as Response).status, answered.error)
      : new EndpointError(502, 'as_unreachable')
  }

  async function askAccessServer(
    { aud, generation }: VerifiedResourceToken,
    body: TokenRequest,
  ): Promise<Response> {
    const metadata = await net.fetch(`${aud}/.well-known/aauth-access.json`)
    const endpoints = (await metadata.json()) as Readonly<Record<string, string>>
    const name = generation === 'person-token' ? 'auth_token_endpoint' : 'token_endpoint'
    const message = await issuer.signServer(endpoints[name] as string, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return deliver(net, message, undefined)
  }

  /** Whose key the person token is bound to: the caller's, or that of its sub-agent (PS11-03). */
  async function actingAgent(
    { subagent_token: text }: TokenRequest,
    auth: AgentAuth,
    agentToken: string,
  ): Promise<{ readonly jwk: unknown; readonly exp: number }> {
    if (text === undefined) return { jwk: (decodeJwt(agentToken).cnf as { jwk: unknown }).jwk, exp: auth.exp }
    const { claims, jwk } = await issuers().verifyParameter(text, 'subagent', undefined)
    if (claims.parentAgent !== auth.agent)
      throw new ExchangeError('invalid_subagent_token', 'the sub-agent is of another family')
    return { jwk, exp: claims.exp }
  }
}

/** The token of a request whose signature was verified. */
function shownToken(request: Request): string {
  const [member] = parseDictionary(request.headers.get('signature-key') ?? '').values()
  if (member === undefined || isInnerList(member)) throw new TypeError('the guard let an unsigned request in')
  return member[1].get('jwt') as string
}
