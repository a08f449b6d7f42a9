import type { TestIssuer } from '../issuer/issuer.ts'
import { endpointAt } from '../issuer/issuer-metadata.ts'
import type { World } from '../world/world.ts'
import { accessServer } from './access-server.ts'
import { answerMissionControl } from './mission-status.ts'
import { personServer } from './person-server.ts'
import { answerRevocation } from './revocation-endpoint.ts'
import { isOfServer } from './server-caller.ts'

type Answering = (request: Request) => Promise<Response>

const servers = new WeakMap<TestIssuer, Answering>()

/** The answer of an endpoint, or `undefined` where the issuer has none there. */
export function answerIssuerEndpoint(
  net: World,
  issuer: TestIssuer,
  request: Request,
): Promise<Response> | undefined {
  const { role } = issuer
  const at = endpointAt(issuer, request.method, new URL(request.url).pathname)
  if (role === 'agent-provider' || at === undefined) return undefined
  if (at === '/revoke') return answerRevocation(net, issuer, role, request)
  const manages = issuer.missions.control === 'operation' && at === '/mission' && isOfServer(request)
  if (at === '/mission-control' || manages) return answerMissionControl(net, issuer, request)
  let answering = servers.get(issuer)
  if (answering === undefined) {
    answering = role === 'person-server' ? personServer(net, issuer) : accessServer(net, issuer)
    servers.set(issuer, answering)
  }
  return answering(request)
}
