/** The parts an issuer can play. */
export type IssuerRole = 'agent-provider' | 'person-server' | 'access-server'

export type Generation = 'mission-header' | 'person-token'

/** Where each role publishes its metadata. */
export const documents = {
  'agent-provider': 'aauth-agent.json',
  'person-server': 'aauth-person.json',
  'access-server': 'aauth-access.json',
} as const
