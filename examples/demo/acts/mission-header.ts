import { createHash } from 'node:crypto'
import type { Caller } from '../caller.ts'
import type { Act } from '../play.ts'
import type { Stage } from '../stage.ts'
import { knockUnsigned } from './challenge.ts'

const api = 'https://notes.example'
const approver = 'https://classic-ps.example'
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
/** What Ada approved before; everybody but her person server knows it by its digest alone. */
export const mission = { approver, s256: digest('{"description":"collect the notes of the week"}') }
const otherMission = { approver, s256: digest('{"description":"sell the notes of the week"}') }
/** The same, as it is told. */
export const shownMission = '{ "approver": "classic-ps.example", "s256": "HLPE4hfX…" }'

/** How an agent gets in, in drafts 01 to 10. */
export function missionHeaderAct(stage: Stage, courier: Caller): Act {
  const { held } = courier

  return {
    title: 'The way in, by drafts 01 to 10',
    intro:
      'Same API, same lines of code. This agent’s person server is older: it knows missions, no person tokens.',
    steps: [
      knockUnsigned(stage),
      {
        who: 'The courier signs, and shows the token of its provider.',
        async play() {
          held.agentToken = await courier.agent.agentToken()
          return courier.get(`${api}/whoami`, { token: held.agentToken })
        },
        told: { status: 200, body: { agent: 'aauth:courier@agent.example' } },
        because: 'Agent tokens are the same in both generations. The provider’s keys are at hand by now.',
      },
      {
        who: 'It asks for the notes, and names the mission that it acts in.',
        play: () => courier.get(`${api}/notes`, { token: held.agentToken, mission }),
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token': `iss notes.example, aud classic-ps.example, agent aauth:courier@agent.example, scope notes.read, mission ${shownMission}`,
          'API looked up': [
            'classic-ps.example/.well-known/aauth-person.json',
            'classic-ps.example/jwks.json',
          ],
        },
        because:
          'The metadata of classic-ps.example knows no person tokens, so the API asks at once. The mission is a claim of the agent; it goes into the question and grants nothing.',
      },
      {
        who: 'The courier carries the question to classic-ps.example, and Ada says yes.',
        play: () => courier.carryAlone(),
        told: {
          status: 200,
          'auth token': `iss classic-ps.example, aud notes.example, sub ada-at-notes, agent aauth:courier@agent.example, scope notes.read, mission ${shownMission}`,
          'bound to the agent’s key': true,
          'classic-ps.example asked': [
            'GET notes.example/.well-known/aauth-resource.json: 200',
            'GET notes.example/aauth/jwks.json: 200',
          ],
        },
        because:
          'Her server is the one that approves missions. Of one that had ended it would give no token.',
      },
      {
        who: 'The courier comes back with the auth token.',
        play: () => courier.get(`${api}/notes`, { token: held.authToken }),
        told: {
          status: 200,
          body: {
            iss: approver,
            ps: approver,
            sub: 'ada-at-notes',
            scopes: ['notes.read'],
            agent: 'aauth:courier@agent.example',
            mission,
          },
        },
        because: 'Now the mission comes from a verified token, and the handler may rely on it.',
      },
      {
        who: 'It names another mission than the one in its token.',
        play: () => courier.get(`${api}/notes`, { token: held.authToken, mission: otherMission }),
        told: { status: 400, error: 'invalid_request' },
        because: 'What an agent asserts can contradict a verified token, and never replace what it says.',
      },
    ],
  }
}
