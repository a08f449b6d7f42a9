import { accessServer } from './access-server.ts'
import type { TestIssuer } from './issuer.ts'
import { endpointsOf } from './issuer-metadata.ts'
import type { TestNetwork } from './network.ts'
import { personServer } from './person-server.ts'
import { answerRevocation } from './revocation-endpoint.ts'

type Answering = (request: Request) => Promise<Response>

const servers = new WeakMap<TestIssuer, Answering>()

/** The answer of an endpoint, or `undefined` where the issuer has none there. */
export function answerIssuerEndpoint(
  net: TestNetwork,
  issuer: TestIssuer,
  request: Request,
): Promise<Response> | undefined {
  const { role } = issuer
  const { pathname } = new URL(request.url)
  if (
    role === 'agent-provider' ||
    request.method !== 'POST' ||
    !endpointsOf(issuer).some(([, path]) => path === pathname)
  )
    return undefined
  if (pathname === '/revoke') return answerRevocation(net, issuer, role, request)
  let answering = servers.get(issuer)
  if (answering === undefined) {
    answering = role === 'person-server' ? personServer(net, issuer) : accessServer(net, issuer)
    servers.set(issuer, answering)
  }
  return answering(request)
}
