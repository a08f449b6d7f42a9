import type { Caller } from '../caller.ts'
import type { Act } from '../play.ts'
import type { Stage } from '../stage.ts'
import { knockUnsigned } from './challenge.ts'

const api = 'https://notes.example'

/** How an agent gets in, in draft 11. */
export function personTokenAct(stage: Stage, planner: Caller): Act {
  const { held } = planner

  return {
    title: 'The way in, by draft 11 of AAuth',
    intro: 'The agent shows three tokens, each of which says more: which agent, for whom, what is granted.',
    steps: [
      knockUnsigned(stage),
      {
        who: 'The planner signs, and shows the token of its provider: "this key is the planner".',
        async play() {
          held.agentToken = await planner.agent.agentToken()
          return planner.get(`${api}/whoami`, { token: held.agentToken })
        },
        told: {
          status: 200,
          body: { agent: 'aauth:planner@agent.example' },
          'API looked up': ['agent.example/.well-known/aauth-agent.json', 'agent.example/jwks.json'],
        },
        because:
          'The API fetched the provider’s keys, checked the token with them, and the signature with the key in the token.',
      },
      {
        who: 'With the same token it asks for the notes.',
        play: () => planner.get(`${api}/notes`, { token: held.agentToken }),
        told: {
          status: 401,
          error: 'person_token_required',
          'aauth-requirement': 'requirement=person-token',
          'API looked up': ['ps.example/.well-known/aauth-person.json', 'ps.example/jwks.json'],
        },
        because: 'Notes belong to a person. Which agent is calling is known; for whom it acts is not.',
      },
      {
        who: 'The planner asks ps.example, Ada’s person server, for a person token.',
        play: () => planner.askForPersonToken(api),
        told: {
          status: 200,
          'person token': 'iss ps.example, aud notes.example, sub ada-at-notes',
          'bound to the agent’s key': true,
        },
        because: 'It says "this key acts for Ada", to notes.example and to nobody else.',
      },
      {
        who: 'It comes back to the API with the person token.',
        play: () => planner.get(`${api}/notes`, { token: held.personToken }),
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token':
            'iss notes.example, aud ps.example, ps ps.example, sub ada-at-notes, scope notes.read',
        },
        because:
          'For whom is known; what she allows is not. The resource token is the API’s question to her server.',
      },
      {
        who: 'The planner carries the question to ps.example, and Ada says yes.',
        play: () => planner.carry(held.personToken),
        told: {
          status: 200,
          'auth token':
            'iss ps.example, aud notes.example, ps ps.example, sub ada-at-notes, scope notes.read',
          'bound to the agent’s key': true,
          'ps.example asked': [
            'GET notes.example/.well-known/aauth-resource.json: 200',
            'GET notes.example/aauth/jwks.json: 200',
          ],
        },
        because:
          'The question verifies with the keys that the API publishes. Nobody else could have asked it.',
      },
      {
        who: 'The planner comes back with the auth token.',
        play: () => planner.get(`${api}/notes`, { token: held.authToken }),
        told: {
          status: 200,
          body: {
            iss: 'https://ps.example',
            ps: 'https://ps.example',
            sub: 'ada-at-notes',
            scopes: ['notes.read'],
          },
        },
        because:
          'Signature, token, issuer and scope are in order. The handler knows who calls and what was granted.',
      },
    ],
  }
}
