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
        title: 'Where both generations are served, a person server that speaks the older one decides for it',
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
        title: 'Where nobody could grant access it is denied',
        ids: 'CHAL-9 RT-3',
        resource: olderOnly,
        agent: (net) => net.agent({ personServer: null }),
        token: agentToken(),
        error: 'access_denied',
        mayFetch: true,
      },
      'agent-of-a-person-server-not-admitted': {
        title: 'A person server that is not admitted gets no resource token',
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
        title: 'An auth token does not stand in for an agent token, although it names the agent',
        ids: 'CHAL-3',
        route: { accept: 'agent-token' },
        error: 'agent_token_required',
        requirement: 'agent-token',
        mayFetch: true,
      },
      'older-token-on-person-route': {
        title: 'An older auth token does not stand in for a person token',
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
        title: 'A mission that is only asserted does not open a route that asks for one; it leads to a token',
        ids: 'MISS-4 MISS-10',
        route: { scope: 'notes.read', mission: 'required' },
        send: { mission: header },
        error: 'auth_token_required',
        resourceToken: { ...asksForAgent, mission: header },
        mayFetch: true,
      },
      'mission-missing': {
        title: 'A token without mission, and none asserted, is refused where one is asked for',
        ids: 'MISS-10 R11-106 ERR-3',
        route: { scope: 'notes.read', mission: 'required' },
        error: 'mission_required',
        mayFetch: true,
      },
      'mission-of-another': {
        title: 'A mission that another approved is refused',
        ids: 'MISS-11 MISS-12 ERR-3',
        route: { scope: 'notes.read', mission: { approver: 'https://other.example' } },
        token: olderAuthToken({ mission }),
        error: 'mission_mismatch',
        mayFetch: true,
      },
      'nobody-where-a-person-is-required': {
        title: 'A token that names nobody is refused where a person is required',
        ids: 'AUTH-6',
        route: { scope: 'notes.read', person: 'required' },
        token: olderAuthToken({ claims: { sub: undefined } }),
        error: 'person_required',
        mayFetch: true,
      },
      'another-provider': {
        title: 'The same mission in the hands of another provider is refused',
        ids: 'CLASS-3 ERR-3',
        route: { scope: 'notes.read', class: { provider: 'https://other.example' } },
        resource: listed,
        token: olderAuthToken({ mission }),
        error: 'class_mismatch',
        mayFetch: true,
      },
      'class-without-mission': {
        title: 'A class is one inside a mission: without one there is none',
        ids: 'MISS-10 CLASS-1',
        route: { scope: 'notes.read', class: { provider: 'https://agent.example' } },
        resource: listed,
        error: 'mission_required',
        mayFetch: true,
      },
    },
  },
)
