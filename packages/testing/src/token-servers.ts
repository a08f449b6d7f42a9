import { accessServer } from './access-server.ts'
import type { Generation, TestIssuer } from './issuer.ts'
import type { TestNetwork } from './network.ts'
import { personServer } from './person-server.ts'

type Answering = (request: Request) => Promise<Response>

const endpoints: Readonly<Record<string, Generation>> = {
  '/person-token': 'person-token',
  '/auth-token': 'person-token',
  '/token': 'mission-header',
}
const servers = new WeakMap<TestIssuer, Answering>()

/** The answer of a token endpoint, or `undefined` where the issuer has none there. */
export function answerTokenEndpoint(
  net: TestNetwork,
  issuer: TestIssuer,
  request: Request,
): Promise<Response> | undefined {
  const { pathname } = new URL(request.url)
  const generation = endpoints[pathname]
  const { role } = issuer
  if (request.method !== 'POST' || generation === undefined || !issuer.generations.includes(generation))
    return undefined
  if (role === 'agent-provider' || (role === 'access-server' && pathname === '/person-token'))
    return undefined
  let answering = servers.get(issuer)
  if (answering === undefined) {
    answering = role === 'person-server' ? personServer(net, issuer) : accessServer(net, issuer)
    servers.set(issuer, answering)
  }
  return answering(request)
}
