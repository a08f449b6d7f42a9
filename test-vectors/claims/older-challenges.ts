import { claims } from '../claim.ts'
import { asksForAgent, listed, mission } from '../identities.ts'
import { agentToken, olderAuthToken } from '../tokens.ts'

const ps = 'https://ps.example'
const header = { approver: ps, s256: mission }
const olderOnly = { generations: ['mission-header'] } as const
const both = { generations: ['mission-header', 'person-token'] } as const

/** A good token that is not enough, where drafts 01 to 10 are served. */
export const olderChallenges = claims(
  'mission-header',
  { route: { scope: 'notes.read' }, token: olderAuthToken() },
  {
    refuse: {
      'agent-token-leads-to-auth-token': {
        title: 'An agent token leads to an auth token of the person server it names',
        ids: 'AGENT-8 CHAL-8 RT-3 RT-5 RT-14',
        resource: olderOnly,
        token: agentToken(),
        error: 'auth_token_required',
        resourceToken: asksForAgent,
        mayFetch: true,
      },
      'agent-token-leads-to-access-server': {
        title: 'An agent token leads to the access server of the resource',
        ids: 'CHAL-8 RT-3',
        resource: { ...olderOnly, accessServer: 'https://as.example' },
        agent: (net) => net.agent({ personServer: null }),
        token: agentToken(),
        error: 'auth_token_required',
        resourceToken: { ...asksForAgent, aud: 'https://as.example' },
        mayFetch: true,
      },
      'asserted-mission-in-resource-token': {
        title: 'A resource token carries the mission that the agent asserts under its signature',
        ids: 'MISS-4 RT-8',
        resource: olderOnly,
        token: agentToken(),
        send: { mission: header },
        error: 'auth_token_required',
        resourceToken: { ...asksForAgent, mission: header },
        mayFetch: true,
      },
      'agent-of-an-older-person-server': {
        title:
          'An agent token gets a resource token when its person server supports only the older generation',
        ids: 'CHAL-8',
        resource: both,
        stage: ({ personServer }) => {
          personServer.generations = ['mission-header']
        },
        token: agentToken(),
        error: 'auth_token_required',
        resourceToken: asksForAgent,
        mayFetch: true,
      },
      'agent-without-person-server-and-access-server': {
        title: 'An agent token is denied when no server could grant access',
        ids: 'CHAL-9 RT-3',
        resource: olderOnly,
        agent: (net) => net.agent({ personServer: null }),
        token: agentToken(),
        error: 'access_denied',
        mayFetch: true,
      },
      'agent-of-a-person-server-not-admitted': {
        title: 'An excluded person server gets no resource token',
        ids: 'CHAL-9 RT-3',
        resource: {
          ...olderOnly,
          trust: { agentProviders: 'any', personServers: ['https://other.example'] },
        },
        token: agentToken(),
        error: 'access_denied',
        mayFetch: true,
      },
      'older-token-on-agent-route': {
        title: 'An auth token is refused on a route for agents, although it names the agent',
        ids: 'CHAL-3',
        route: { accept: 'agent-token' },
        error: 'agent_token_required',
        requirement: 'agent-token',
        mayFetch: true,
      },
      'older-token-on-person-route': {
        title: 'An older auth token is refused on a route for persons',
        ids: 'R11-072 R11-141',
        resource: both,
        route: { accept: 'person-token' },
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
      'older-scope-not-granted': {
        title:
          'An older auth token that grants too little leads to one that grants more, of the same generation',
        ids: 'AUTH-10 CHAL-7 RT-5 RT-8 RT-14',
        route: { scope: 'notes.write' },
        token: olderAuthToken({ mission }),
        error: 'auth_token_required',
        resourceToken: { ...asksForAgent, scope: 'notes.read notes.write', mission: header },
        mayFetch: true,
      },
      'mission-only-asserted': {
        title: 'A mission that is only asserted leads to a challenge on a route that requires one',
        ids: 'MISS-4 MISS-10',
        route: { scope: 'notes.read', mission: 'required' },
        send: { mission: header },
        error: 'auth_token_required',
        resourceToken: { ...asksForAgent, mission: header },
        mayFetch: true,
      },
      'mission-missing': {
        title:
          'A token without a mission, and without an asserted one, is refused when a mission is required',
        ids: 'MISS-10 R11-106 ERR-3',
        route: { scope: 'notes.read', mission: 'required' },
        error: 'mission_required',
        mayFetch: true,
      },
      'mission-of-another': {
        title: 'A mission of another approver is refused',
        ids: 'MISS-11 MISS-12 ERR-3',
        route: { scope: 'notes.read', mission: { approver: 'https://other.example' } },
        token: olderAuthToken({ mission }),
        error: 'mission_mismatch',
        mayFetch: true,
      },
      'nobody-where-a-person-is-required': {
        title: 'A token without a person is refused when a person is required',
        ids: 'AUTH-6',
        route: { scope: 'notes.read', person: 'required' },
        token: olderAuthToken({ claims: { sub: undefined } }),
        error: 'person_required',
        mayFetch: true,
      },
      'another-provider': {
        title: 'An agent of another provider is refused in the same mission',
        ids: 'CLASS-3 ERR-3',
        route: { scope: 'notes.read', class: { provider: 'https://other.example' } },
        resource: listed,
        token: olderAuthToken({ mission }),
        error: 'class_mismatch',
        mayFetch: true,
      },
      'class-without-mission': {
        title: 'A route with a class refuses a token without a mission',
        ids: 'MISS-10 CLASS-1',
        route: { scope: 'notes.read', class: { provider: 'https://agent.example' } },
        resource: listed,
        error: 'mission_required',
        mayFetch: true,
      },
    },
  },
)
