import { resourceId } from './scene.ts'

/** The least an agent must cover. */
export const base = ['@method', '@authority', '@path', 'signature-key'] as const

/** A digest some person server gave a mission. */
export const mission = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const otherMission = 'LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ'

/** Who the verifier takes the caller for; the generator adds thumbprint, `jti`, `exp` and coverage. */
export const planner = {
  type: 'agent-token',
  iss: 'https://agent.example',
  sub: 'aauth:planner@agent.example',
  ps: 'https://ps.example',
  agent: 'aauth:planner@agent.example',
  scopes: [],
  account: null,
  tenant: null,
  class: { provider: 'https://agent.example' },
}

export const person = {
  type: 'person-token',
  generation: 'person-token',
  iss: 'https://ps.example',
  sub: 'person-1',
  ps: 'https://ps.example',
  scopes: [],
  account: null,
  tenant: null,
}

export const grantee = { ...person, type: 'auth-token', scopes: ['notes.read'] }

export const olderGrantee = {
  type: 'auth-token',
  generation: 'mission-header',
  iss: 'https://ps.example',
  sub: 'person-1',
  ps: 'https://ps.example',
  agent: 'aauth:planner@agent.example',
  scopes: ['notes.read'],
  account: null,
  tenant: null,
}

/** What the operator writes down who believes this person server about the agents that its tokens name. */
export const listed = { trust: { agentProviders: 'any', personServers: ['https://ps.example'] } } as const

/** The same caller at such a resource. */
export const olderGranteeOfClass = { ...olderGrantee, class: { provider: 'https://agent.example' } }

/** Claims of the resource token that answers a token of draft 11; the generator adds what all of them have. */
export const asksForPerson = {
  aud: 'https://ps.example',
  ps: 'https://ps.example',
  sub: 'person-1',
  presented_jti: 'id-1',
  scope: 'notes.read',
}

/** The same for a person token, which the older name stands for as well. */
export const asksWithPersonToken = { ...asksForPerson, person_token_jti: 'id-1' }

/** The same in drafts 01 to 10. */
export const asksForAgent = {
  aud: 'https://ps.example',
  agent: 'aauth:planner@agent.example',
  scope: 'notes.read',
}

/** What every vector's resource is, unless it says otherwise. */
export const notes = {
  issuer: resourceId,
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
  defaultScope: 'notes.read',
} as const
