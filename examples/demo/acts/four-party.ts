import { type Caller, note } from '../caller.ts'
import type { Act } from '../play.ts'
import { revoke } from '../revoke.ts'
import type { Stage } from '../stage.ts'

const api = 'https://team.example'
/** Whoever checks a question of the API reads these, once. */
const documents = [
  'GET team.example/.well-known/aauth-resource.json: 200',
  'GET team.example/aauth/jwks.json: 200',
]

/** An API with an access server of its own, in draft 11. */
export function fourPartyAct(stage: Stage, planner: Caller): Act {
  const { held } = planner

  return {
    title: 'Four parties: the API has a server of its own to decide',
    intro:
      'team.example is the notes API of Ada’s employer: the same lines of code, and one option, accessServer. as.example decides there; what Ada allows is not enough.',
    steps: [
      {
        who: 'The planner asks ps.example for a person token, this time for team.example.',
        play: () => planner.askForPersonToken(api),
        told: {
          status: 200,
          'person token': 'iss ps.example, aud team.example, sub ada-at-team',
          'bound to the agent’s key': true,
        },
        because: 'At every API Ada has another name, so that two of them cannot compare notes about her.',
      },
      {
        who: 'With it, it asks team.example for the notes.',
        play: () => planner.get(`${api}/notes`, { token: held.personToken }),
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token':
            'iss team.example, aud as.example, ps ps.example, sub ada-at-team, scope notes.read',
          'API looked up': ['ps.example/.well-known/aauth-person.json', 'ps.example/jwks.json'],
        },
        because: 'The question is the same. Its audience is not: this one is for as.example.',
      },
      {
        who: 'The planner carries it to ps.example, which passes it on to as.example.',
        play: () => planner.carry(held.personToken),
        told: {
          status: 200,
          'auth token': 'iss as.example, aud team.example, ps ps.example, sub ada-at-team, scope notes.read',
          'bound to the agent’s key': true,
          'ps.example asked': [...documents, 'POST as.example/auth-token: 200'],
          'as.example asked': documents,
        },
        because:
          'An agent talks to its own person server alone. Ada agrees there; as.example checks everything again, and signs.',
      },
      {
        who: 'The planner comes back with the token of as.example.',
        play: () => planner.get(`${api}/notes`, { token: held.authToken }),
        told: {
          status: 200,
          body: {
            iss: 'https://as.example',
            ps: 'https://ps.example',
            sub: 'ada-at-team',
            scopes: ['notes.read'],
          },
          'API looked up': ['as.example/.well-known/aauth-access.json', 'as.example/jwks.json'],
        },
        because: 'The handler sees who granted it, and for whom.',
      },
      {
        who: 'ps.example grants the same by itself, without as.example.',
        async play() {
          const grant = { aud: api, sub: 'ada-at-team', scope: 'notes.read' }
          return planner.get(`${api}/notes`, { token: await planner.agent.authToken(grant) })
        },
        told: {
          status: 401,
          error: 'invalid_jwt',
          'signature-error': 'error=invalid_jwt',
          'aauth-requirement': 'requirement=person-token',
        },
        because: 'ps.example speaks for Ada. It does not speak for her employer.',
      },
      {
        who: 'The planner wants to write. It knows the way by now, and goes it without being told.',
        play: () => planner.byItself(`${api}/notes`, note, { token: held.authToken }),
        told: {
          status: 201,
          body: { added: 'buy milk', scopes: ['notes.read', 'notes.write'] },
          'the planner asked': [
            'POST team.example/notes: 401',
            ...documents,
            'POST ps.example/auth-token: 200',
            'POST team.example/notes: 201',
          ],
          'ps.example asked': ['POST as.example/auth-token: 200'],
        },
        because:
          'Whatever an agent needs to know is in the answers. Keys that were fetched once are at hand.',
      },
      {
        who: 'Ada leaves the company. as.example withdraws the token.',
        play: () => revoke(stage, stage.as, api, held.authToken, ['jti', 'exp']),
        told: { status: 200 },
        because: 'as.example has issued it, so as.example can take it back. Nobody has to ask ps.example.',
      },
      {
        who: 'The planner asks for the notes once more.',
        play: () => planner.get(`${api}/notes`, { token: held.authToken }),
        told: {
          status: 401,
          error: 'revoked_jwt',
          'signature-error': 'error=revoked_jwt',
          'aauth-requirement': 'requirement=person-token',
        },
        because: 'From the start again, then; and there as.example has a say.',
      },
    ],
  }
}
