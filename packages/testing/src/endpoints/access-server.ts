import { authorizeServer, createResource } from '@aauth-guard/core'
import { ExchangeError, verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import { fetchRequest } from '@aauth-guard/core/fetch'
import { decodeJwt } from 'jose'
import { mismatchNamed } from '../issuer/exchange-misbehaviour.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import type { World } from '../world/world.ts'
import { knownIssuers } from './known-issuers.ts'
import { signerOf } from './signer-of.ts'
import {
  answerTokenRequest,
  checkGeneration,
  issueAuthToken,
  readTokenRequest,
  restingOn,
  tokenResponse,
} from './token-endpoint.ts'

/** The token endpoints of an access server, which person servers ask (AS11-01 to AS11-06). */
export function accessServer(net: World, issuer: TestIssuer): (request: Request) => Promise<Response> {
  const settings = { fetch: net.fetch, now: net.clock.now }
  const issuers = knownIssuers(net, issuer)
  const resource = createResource({
    issuer: issuer.id,
    trust: { personServers: 'any' },
    log: 'off',
    signingKey: signerOf(issuer),
    ...settings,
  })

  return (request) =>
    answerTokenRequest(issuer, request.signal, async () => {
      const content = new Uint8Array(await request.clone().arrayBuffer())
      const caller = await authorizeServer(resource, fetchRequest(request), async () => content)
      const body = readTokenRequest(new TextDecoder().decode(content))
      const { resource_token: resourceToken, agent_token: agentToken } = body
      if (resourceToken === undefined || agentToken === undefined)
        throw new ExchangeError('invalid_request', 'resource_token or agent_token is missing')
      const asked = await verifyResourceToken(resourceToken, {
        role: 'access-server',
        recipient: issuer.id,
        personServer: caller.id,
        agentToken,
        presentedToken: body.presented_token,
        subagentToken: body.subagent_token,
        upstreamToken: body.upstream_token,
        issuers: issuers(),
      })
      const older = new URL(request.url).pathname === '/token'
      checkGeneration(asked, older ? 'mission-header' : 'person-token')
      const token = await issueAuthToken(net, issuer, asked, asked.sub, {
        issuedOn: restingOn(body.presented_token, body.upstream_token),
      })
      if (mismatchNamed(issuer.policy.misbehaviour) === undefined)
        await verifyExchange({ resourceToken: asked, authToken: token, issuers: issuers() })
      return tokenResponse('auth_token', token, (decodeJwt(token).exp as number) - net.clock.now())
    })
}
