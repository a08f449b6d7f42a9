import { createHash } from 'node:crypto'
import type { SignOptions } from '@aauth-guard/testing'
import { decide } from '../person-server.ts'
import type { Act, Outcome } from '../play.ts'
import { resourceTokenOf, send } from '../send.ts'
import type { Stage } from '../stage.ts'
import { knockUnsigned } from './challenge.ts'

const approver = 'https://classic-ps.example'
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
/** What Ada approved before; everybody but her person server knows it by its digest alone. */
export const mission = { approver, s256: digest('{"description":"collect the notes of the week"}') }
const otherMission = { approver, s256: digest('{"description":"sell the notes of the week"}') }

/** How an agent gets in, in drafts 01 to 10. */
export function missionHeaderAct(stage: Stage): Act {
  const { courier, classicPs } = stage
  const held = { agentToken: '', resourceToken: '', authToken: '' }
  const get = async (target: string, options: SignOptions): ReturnType<typeof send> =>
    send(stage, await courier.sign(`https://notes.example${target}`, {}, options))

  return {
    title: 'The way in, by drafts 01 to 10',
    intro:
      'Same API, same lines of code. This agent’s person server is older: it knows missions, no person tokens.',
    steps: [
      knockUnsigned(stage),
      {
        who: 'The courier signs, and shows the token of its provider.',
        async play() {
          held.agentToken = await courier.agentToken()
          return get('/whoami', { token: held.agentToken })
        },
        told: { status: 200, body: { agent: 'aauth:courier@agent.example' } },
        because: 'Agent tokens are the same in both generations. The provider’s keys are at hand by now.',
      },
      {
        who: 'It asks for the notes, and names the mission that it acts in.',
        async play(): Promise<Outcome> {
          const outcome = await get('/notes', { token: held.agentToken, mission })
          held.resourceToken = resourceTokenOf(outcome.response)
          return outcome
        },
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
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
        async play(): Promise<Outcome> {
          const decision = await decide(stage, classicPs, courier, held.resourceToken)
          held.authToken = decision.authToken
          return decision
        },
        told: {
          'question from': 'https://notes.example',
          to: 'https://classic-ps.example',
          scope: 'notes.read',
          agent: 'aauth:courier@agent.example',
          mission,
          'key is the agent’s': true,
          'seconds to live': 300,
          answer: 'auth token eyJ…',
        },
        because:
          'Her server knows this mission: she approved it. Of one that had ended it would refuse a token.',
      },
      {
        who: 'The courier comes back with the auth token.',
        play: () => get('/notes', { token: held.authToken }),
        told: {
          status: 200,
          body: {
            ps: approver,
            sub: 'ada',
            scopes: ['notes.read'],
            agent: 'aauth:courier@agent.example',
            mission,
          },
        },
        because: 'Now the mission comes from a verified token, and the handler may rely on it.',
      },
      {
        who: 'It names another mission than the one in its token.',
        play: () => get('/notes', { token: held.authToken, mission: otherMission }),
        told: { status: 400, error: 'invalid_request' },
        because: 'What an agent asserts can contradict a verified token, and never replace what it says.',
      },
    ],
  }
}
