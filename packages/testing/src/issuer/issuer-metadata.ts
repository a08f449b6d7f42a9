import type { Generation, IssuerRole } from '../world/roles.ts'
import type { Missions } from './missions.ts'

/** What the metadata of an issuer depends on. */
interface Described {
  readonly role: IssuerRole
  readonly generations: readonly Generation[]
  readonly missions: Missions
}

/** Endpoints that the metadata of an issuer names, and where they are. */
export function endpointsOf({
  role,
  generations,
  missions,
}: Described): readonly (readonly [string, string])[] {
  if (role === 'agent-provider') return []
  const endpoints: (readonly [string, string])[] = []
  if (generations.includes('mission-header')) endpoints.push(['token_endpoint', '/token'])
  if (generations.includes('person-token')) {
    endpoints.push(['auth_token_endpoint', '/auth-token'])
    if (role === 'person-server') endpoints.push(['person_token_endpoint', '/person-token'])
  }
  endpoints.push(['revocation_endpoint', '/revoke'])
  if (role === 'person-server') {
    endpoints.push(['mission_endpoint', '/mission'])
    if (missions.control === 'endpoint') endpoints.push(['mission_control_endpoint', '/mission-control'])
  }
  return endpoints
}

/** What a person server says of the management of its missions. */
export function managementOf({ role, missions }: Described): Readonly<Record<string, readonly string[]>> {
  if (role !== 'person-server' || missions.control === 'none') return {}
  return missions.control === 'endpoint'
    ? { mission_control_actions_supported: ['status', 'terminate'] }
    : { mission_management_operations_supported: ['status'] }
}

/** Where resources send persons back to, followed by a name of the flow. */
export const returnPath = '/returned/'

/** The endpoint of an issuer that a request goes to, by its first path segment. */
export function endpointAt(issuer: Described, method: string, pathname: string): string | undefined {
  if (issuer.role === 'person-server' && pathname.startsWith('/pending/'))
    return method === 'GET' ? '/pending' : undefined
  if (issuer.role === 'person-server' && pathname.startsWith(returnPath))
    return method === 'GET' ? returnPath : undefined
  const found = endpointsOf(issuer).find(
    ([, path]) => pathname === path || (path.startsWith('/mission') && pathname.startsWith(`${path}/`)),
  )?.[1]
  const polls = found === '/mission' && pathname.startsWith('/mission/pending/')
  return method === (polls ? 'GET' : 'POST') ? found : undefined
}
