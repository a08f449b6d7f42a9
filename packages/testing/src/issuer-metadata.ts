import type { TestIssuer } from './issuer.ts'

/** Endpoints that the metadata of an issuer names, and where they are. */
export function endpointsOf({ role, generations }: TestIssuer): readonly (readonly [string, string])[] {
  if (role === 'agent-provider') return []
  const endpoints: (readonly [string, string])[] = []
  if (generations.includes('mission-header')) endpoints.push(['token_endpoint', '/token'])
  if (generations.includes('person-token')) {
    endpoints.push(['auth_token_endpoint', '/auth-token'])
    if (role === 'person-server') endpoints.push(['person_token_endpoint', '/person-token'])
  }
  endpoints.push(['revocation_endpoint', '/revoke'])
  return endpoints
}
