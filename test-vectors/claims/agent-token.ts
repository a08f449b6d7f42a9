import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken, without } from '../tokens.ts'

const issuerSays = (changes: Record<string, unknown>) => agentToken({ claims: changes })

/** What an agent token says, and what of it is believed. */
export const agentTokens = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'agent-token': {
        title: 'An agent token identifies the agent',
        ids: 'R11-047 AGENT-4',
        auth: planner,
      },
      'agent-without-person-server': {
        title: 'An agent token need not name a person server',
        ids: 'R11-008 AGENT-5',
        agent: (net) => net.agent({ personServer: null }),
        auth: without(planner, 'ps'),
      },
      'sub-agent': {
        title: 'A sub-agent is identified by its own name and its parent',
        ids: 'R11-049 AGENT-9',
        agent: (net) => net.agent({ name: 'planner+search' }),
        token: issuerSays({ parent_agent: 'aauth:planner@agent.example' }),
        auth: {
          ...planner,
          sub: 'aauth:planner+search@agent.example',
          agent: 'aauth:planner+search@agent.example',
          parentAgent: 'aauth:planner@agent.example',
        },
      },
      'plus-is-decoration': {
        title: 'A plus in the local part does not make an agent a sub-agent',
        ids: 'R11-006 AGENT-3',
        agent: (net) => net.agent({ name: 'planner+search' }),
        auth: {
          ...planner,
          sub: 'aauth:planner+search@agent.example',
          agent: 'aauth:planner+search@agent.example',
        },
      },
      'upper-case-agent-id': {
        title: 'The local part of an agent identifier keeps its upper case',
        ids: 'R11-005 AGENT-1 AGENT-3',
        agent: (net) => net.agent({ name: 'Planner.V2_x' }),
        auth: {
          ...planner,
          sub: 'aauth:Planner.V2_x@agent.example',
          agent: 'aauth:Planner.V2_x@agent.example',
        },
      },
      'long-lived-agent-token': {
        title: 'An agent token may live longer than a day by default',
        ids: 'R11-035 AGENT-10',
        token: agentToken({ lifetime: 90_000 }),
        auth: { ...planner, exp: now + 90_000 },
      },
      'unknown-claims': {
        title: 'Unknown claims are ignored',
        ids: 'R11-044 AGENT-11 G23',
        token: issuerSays({ device_posture: { level: 3 }, groups: ['admin'] }),
        auth: planner,
      },
      'scope-in-agent-token': {
        title: 'A scope in an agent token grants nothing',
        ids: 'AGENT-8',
        token: issuerSays({ scope: 'notes.write' }),
        auth: planner,
      },
      'audience-of-agent-token': {
        title: 'An audience in an agent token is ignored',
        ids: 'G10',
        token: issuerSays({ aud: 'https://other.example' }),
        auth: planner,
      },
    },
    refuse: {
      'agent-of-another-provider': {
        title: 'A provider must not issue a token for an agent of another host',
        ids: 'R11-007 AGENT-2 G17',
        token: issuerSays({ sub: 'aauth:planner@victim.example' }),
        error: 'invalid_jwt',
      },
      'agent-id-without-scheme': {
        title: 'An agent identifier must begin with aauth:',
        ids: 'R11-004 AGENT-1',
        token: issuerSays({ sub: 'planner@agent.example' }),
        error: 'invalid_jwt',
      },
      'agent-id-without-local-part': {
        title: 'An agent identifier must have a local part',
        ids: 'R11-004 AGENT-1',
        token: issuerSays({ sub: 'aauth:@agent.example' }),
        error: 'invalid_jwt',
      },
      'agent-id-too-long': {
        title: 'A local part has at most 255 characters',
        ids: 'R11-004 AGENT-1',
        token: issuerSays({ sub: `aauth:${'a'.repeat(256)}@agent.example` }),
        error: 'invalid_jwt',
      },
      'person-server-with-path': {
        title: 'The person server in an agent token must be a server identifier',
        ids: 'R11-008 AGENT-5 G18',
        token: issuerSays({ ps: 'https://ps.example/v1' }),
        error: 'invalid_jwt',
      },
      'malformed-parent': {
        title: 'A parent agent must be an agent identifier',
        ids: 'R11-009 AGENT-6 G19',
        token: issuerSays({ parent_agent: 'planner' }),
        error: 'invalid_jwt',
      },
      'parent-of-another-provider': {
        title: 'A parent agent must be of the same provider',
        ids: 'R11-007 AGENT-6',
        token: issuerSays({ parent_agent: 'aauth:planner@victim.example' }),
        error: 'invalid_jwt',
      },
      'own-parent': {
        title: 'An agent that is its own parent is refused',
        ids: 'AGENT-6',
        token: issuerSays({ parent_agent: 'aauth:planner@agent.example' }),
        error: 'invalid_jwt',
      },
      'agent-token-over-the-limit': {
        title: 'An agent token that lives longer than maxAgentTokenLifetime is refused',
        ids: 'AGENT-10 R11-035 G03',
        resource: { maxAgentTokenLifetime: 86_400 },
        token: agentToken({ lifetime: 86_401 }),
        error: 'invalid_jwt',
      },
    },
  },
)
