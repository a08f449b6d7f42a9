import { claims } from '../claim.ts'
import { asksForPerson, asksWithPersonToken, mission } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken, authToken, personToken } from '../tokens.ts'

const personOnly = { generations: ['person-token'] } as const
const both = { generations: ['mission-header', 'person-token'] } as const

/** A good token that is not enough is answered with what would be. */
export const personChallenges = claims(
  'person-token',
  { route: { scope: 'notes.read' } },
  {
    refuse: {
      'person-token-on-agent-route': {
        title: 'A person token is refused on a route for agents',
        ids: 'R11-140 CHAL-3',
        route: { accept: 'agent-token' },
        token: personToken(),
        error: 'agent_token_required',
        requirement: 'agent-token',
        mayFetch: true,
      },
      'older-name-never': {
        title: 'The older name of the presented token is left out where the resource says never',
        ids: 'RT-7 CHAL-6',
        resource: { legacyPersonTokenJti: 'never' },
        token: personToken(),
        error: 'auth_token_required',
        resourceToken: asksForPerson,
        mayFetch: true,
      },
      'older-name-for-a-listed-person-server': {
        title: 'The older name stands beside the newer one for a person server that the resource lists',
        ids: 'RT-7 CHAL-6',
        resource: { legacyPersonTokenJti: ['https://ps.example'] },
        token: personToken(),
        error: 'auth_token_required',
        resourceToken: asksWithPersonToken,
        mayFetch: true,
      },
      'auth-token-for-a-person-server-of-the-older-name': {
        title: 'An auth token is challenged for the person token that the older claim would have to name',
        ids: 'RT-7 CHAL-7',
        resource: { legacyPersonTokenJti: ['https://ps.example'] },
        route: { scope: 'notes.write' },
        token: authToken(),
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
      'agent-token-on-person-route': {
        title: 'An agent token is refused on a route for persons',
        ids: 'R11-141 AGENT-8 CHAL-4 F20',
        route: { accept: 'person-token' },
        token: agentToken(),
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
      'agent-token-on-auth-route': {
        title: 'An agent token leads to a person token first, and to no resource token',
        ids: 'R11-142 R11-160 AGENT-8 CHAL-5 M01',
        resource: personOnly,
        token: agentToken(),
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
      'agent-of-an-older-person-server-where-draft-11-is-alone': {
        title: 'The person server of an agent does not matter when only draft 11 is served',
        ids: 'R11-142 R11-160 CHAL-5 M01',
        resource: personOnly,
        stage: ({ personServer }) => {
          personServer.generations = ['mission-header']
        },
        token: agentToken(),
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
      'agent-of-an-excluded-person-server': {
        title: 'Nothing is fetched from an excluded person server',
        ids: 'CHAL-5 R11-142',
        resource: {
          ...both,
          trust: { agentProviders: 'any', personServers: ['https://other.example'] },
        },
        stage: ({ personServer }) => {
          personServer.generations = ['mission-header']
        },
        token: agentToken(),
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
      'agent-of-a-newer-person-server': {
        title: 'An agent token is challenged for a person token when its person server supports draft 11',
        ids: 'CHAL-5 R11-142',
        resource: both,
        token: agentToken(),
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
      'person-token-on-auth-route': {
        title: 'A person token on a route for auth tokens is challenged',
        ids: 'R11-021 R11-058 R11-143 R11-144 R11-162 PERS-7 CHAL-6 RT-6 RT-14 F19',
        token: personToken(),
        error: 'auth_token_required',
        resourceToken: asksWithPersonToken,
        mayFetch: true,
      },
      'person-token-under-a-mission': {
        title: 'A resource token carries the mission and the tenant of the token it answers',
        ids: 'R11-163 R11-280 RT-6 L01',
        token: personToken({ mission, tenant: 'corp' }),
        error: 'auth_token_required',
        resourceToken: { ...asksWithPersonToken, mission_s256: mission, tenant: 'corp' },
        mayFetch: true,
      },
      'person-token-where-an-access-server-decides': {
        title: 'A resource token goes to the access server of the resource',
        ids: 'RT-3 M06',
        resource: { accessServer: 'https://as.example' },
        token: personToken(),
        error: 'auth_token_required',
        resourceToken: { ...asksWithPersonToken, aud: 'https://as.example' },
        mayFetch: true,
      },
      'short-lived-person-token': {
        title: 'A resource token does not outlive the token it answers',
        ids: 'R11-164',
        token: personToken({ lifetime: 120 }),
        error: 'auth_token_required',
        resourceToken: { ...asksWithPersonToken, exp: now + 120 },
        mayFetch: true,
      },
      'scope-not-granted': {
        title: 'An auth token that grants too little leads to one that grants more',
        ids: 'R11-067 R11-146 AUTH-10 CHAL-7',
        route: { scope: 'notes.write' },
        token: authToken({ account: 'ws-7' }),
        error: 'auth_token_required',
        resourceToken: { ...asksForPerson, scope: 'notes.read notes.write', account: 'ws-7' },
        mayFetch: true,
      },
      'one-of-two-scopes': {
        title: 'A route that requires two scopes refuses a token with one',
        ids: 'R11-067 AUTH-10',
        route: { scope: ['notes.read', 'notes.write'] },
        token: authToken(),
        error: 'auth_token_required',
        resourceToken: { ...asksForPerson, scope: 'notes.read notes.write' },
        mayFetch: true,
      },
      'scope-that-begins-alike': {
        title:
          'A scope must match in full, and a resource token requests no scope that the resource does not describe',
        ids: 'R11-165 AUTH-10 G20',
        token: authToken({ scope: 'notes.readonly' }),
        error: 'auth_token_required',
        resourceToken: asksForPerson,
        mayFetch: true,
      },
      'resource-token-at-another-authority': {
        title: 'A resource token is issued at the authority of its issuer only',
        ids: 'R11-013',
        resource: { authorities: ['notes.example', 'api.notes.example'] },
        send: { url: 'https://api.notes.example/notes' },
        token: personToken(),
        error: 'access_denied',
        mayFetch: true,
      },
    },
  },
)
