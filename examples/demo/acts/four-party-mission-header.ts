import { type Caller, note } from '../caller.ts'
import type { Act } from '../play.ts'
import { revoke } from '../revoke.ts'
import type { Stage } from '../stage.ts'

const api = 'https://team.example'

/** The same with an agent of drafts 01 to 10, where it differs. */
export function fourPartyMissionHeaderAct(stage: Stage, courier: Caller): Act {
  const { held } = courier

  return {
    title: 'Four parties, by drafts 01 to 10',
    intro: 'The courier comes to team.example. Its person server is older; as.example speaks both.',
    steps: [
      {
        who: 'The courier asks for the notes, with nothing but the token of its provider.',
        play: () => courier.get(`${api}/notes`, { token: held.agentToken }),
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token':
            'iss team.example, aud as.example, agent aauth:courier@agent.example, scope notes.read',
          'API looked up': [
            'agent.example/.well-known/aauth-agent.json',
            'agent.example/jwks.json',
            'classic-ps.example/.well-known/aauth-person.json',
            'classic-ps.example/jwks.json',
          ],
        },
        because: 'There is no person token to ask for. The question names the agent, and no person.',
      },
      {
        who: 'The courier carries it to classic-ps.example, which passes it on to as.example.',
        play: () => courier.carryAlone(),
        told: {
          status: 200,
          'auth token':
            'iss as.example, aud team.example, agent aauth:courier@agent.example, scope notes.read',
          'bound to the agent’s key': true,
          'classic-ps.example asked': [
            'GET team.example/.well-known/aauth-resource.json: 200',
            'GET team.example/aauth/jwks.json: 200',
            'POST as.example/token: 200',
          ],
        },
        because:
          'Which agent it is, as.example was told; for whom, it was not, and so its token does not say.',
      },
      {
        who: 'With this token the courier adds a note, and sees to the rest by itself.',
        play: () => courier.byItself(`${api}/notes`, note, { token: held.authToken }),
        told: {
          status: 201,
          body: { added: 'buy milk', scopes: ['notes.read', 'notes.write'] },
          'the courier asked': [
            'POST team.example/notes: 401',
            'POST classic-ps.example/token: 200',
            'POST team.example/notes: 201',
          ],
          'classic-ps.example asked': ['POST as.example/token: 200'],
        },
        because: 'Again the scope was missing, and again the answer said what to do about it.',
      },
      {
        who: 'as.example withdraws the token.',
        play: () => revoke(stage, stage.as, api, held.authToken, ['iss', 'jti']),
        told: { status: 200 },
        because:
          'Older drafts name the issuer and no end. The API remembers it for as long as it could matter.',
      },
      {
        who: 'The courier asks for the notes once more.',
        play: () => courier.get(`${api}/notes`, { token: held.authToken }),
        told: {
          status: 401,
          error: 'revoked_jwt',
          'signature-error': 'error=revoked_jwt',
          'aauth-requirement': 'requirement=agent-token',
        },
        because: 'With its agent token it may ask anew. In this generation that is where the way begins.',
      },
    ],
  }
}
