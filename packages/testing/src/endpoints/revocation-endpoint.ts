import { ExchangeError } from '@aauth-guard/core/exchange'
import type { TokenName } from '../issuer/issued-tokens.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import { revokeTokens } from '../issuer/revoke-issued.ts'
import { answerEndpoint, readJsonObject } from '../world/endpoint-answer.ts'
import { documents } from '../world/roles.ts'
import type { World } from '../world/world.ts'
import { verifyServerCaller } from './server-caller.ts'

/** Who withdraws what where (draft 11 §11.12, Table 18). */
const heard: Readonly<Record<'person-server' | 'access-server', readonly string[]>> = {
  'person-server': ['aauth-agent.json', 'aauth-resource.json'],
  'access-server': ['aauth-person.json', 'aauth-resource.json'],
}

/**
 * The revocation endpoint of a person server or access server. An access server that is told of a person token
 * revokes what it issued on it, and says which resources were told (draft 11 §11.12.3; AS11-08).
 */
export function answerRevocation(
  net: World,
  issuer: TestIssuer,
  role: keyof typeof heard,
  request: Request,
): Promise<Response> {
  return answerEndpoint(async () => {
    const content = new Uint8Array(await request.arrayBuffer())
    const { id, dwk } = await verifyServerCaller(net, request, content, heard[role])
    const { jti, exp } = readJsonObject(new TextDecoder().decode(content))
    if (typeof jti !== 'string' || jti === '' || !Number.isSafeInteger(exp))
      throw new ExchangeError('invalid_request', 'jti is not a string, or exp is not a NumericDate')
    const now = net.clock.now()
    issuer.withdrawn.add({ iss: id, jti, exp: exp as number })
    if (role === 'person-server' || dwk !== documents['person-server']) return new Response(null)
    const outcomes = await revokeTokens(
      net,
      issuer,
      issuer.issued.withIssuedOn(new Set<TokenName>([`${id} ${jti}`]), now),
      {},
    )
    const downstream = outcomes.map(({ recipient, error }) => ({ recipient, ...(error && { error }) }))
    return Response.json({ downstream })
  })
}
