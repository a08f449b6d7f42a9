import { api, MissionPlay } from '../mission-play.ts'
import type { Act } from '../play.ts'
import type { Stage } from '../stage.ts'
import { endSteps, proposal, type Ways, workSteps } from './mission-steps.ts'

const agent = 'agent aauth:courier@agent.example'
const mission = 'mission { "approver": "classic-ps.example", "s256": "MAIL" }'
const question = `iss runs.example, aud classic-ps.example, ${agent}, scope access, ${mission}`

/** The same in drafts 01 to 10, where tokens name the agent, and so its provider. */
export function missionsMissionHeaderAct(stage: Stage): Act {
  const play = new MissionPlay(stage, stage.classicMissionCast)
  const { first, second, replacement, foreign } = play
  const way = (path: string, status: number): string[] => [
    `POST runs.example${path}: 401`,
    'POST classic-ps.example/token: 200',
    `POST runs.example${path}: ${status}`,
  ]
  const ways: Ways = {
    play,
    way,
    byItself: (caller, path, name) =>
      caller.byItself(
        `${api}${path}`,
        { method: 'POST' },
        name === undefined ? {} : { mission: play.mission(name) },
      ),
  }

  return {
    title: 'A mission and its end, by drafts 01 to 10',
    intro:
      'The same API. The agents name the mission in the header AAuth-Mission, and an auth token names its agent, so that the class can be read off it.',
    steps: [
      proposal(play, first, 'MAIL', 'Sort the mail of the week'),
      {
        who: 'A first runtime of the courier asks for a run, and names the mission.',
        async play() {
          first.held.agentToken = await first.agent.agentToken()
          return play.told(
            first.post(`${api}/runs`, { token: first.held.agentToken, mission: play.mission('MAIL') }),
            true,
          )
        },
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token': question,
        },
        because:
          'The mission is merely asserted. The API puts it into the question, and asks nobody whether it lives.',
      },
      {
        who: 'It carries the question to classic-ps.example, and Ada says yes.',
        play: () => play.told(first.carryAlone()),
        told: {
          status: 200,
          'auth token': `iss classic-ps.example, aud runs.example, sub ada-at-runs, ${agent}, scope access, ${mission}`,
          'bound to the agent’s key': true,
        },
        because: 'Now her server says so. Before, the agent did.',
      },
      {
        who: 'It comes back with the auth token, and the run begins.',
        play: () => play.told(first.post(`${api}/runs`, { token: first.held.authToken }), true),
        told: {
          status: 201,
          body: { run: 'run-2' },
          'runs.example asked': ['POST classic-ps.example/mission-control/MAIL: 200'],
          'classic-ps.example asked': [
            'GET runs.example/.well-known/aauth-resource.json: 200',
            'GET runs.example/aauth/jwks.json: 200',
          ],
        },
        because:
          'A verified token carries the mission, so the API asks. The grant names the class: agent.example.',
      },
      ...workSteps(ways),
      {
        who: 'scout@rival.example, of another provider, comes with a token of the same mission.',
        play: () => play.told(ways.byItself(foreign, '/runs/run-2/steps', 'MAIL')),
        told: {
          status: 403,
          error: 'class_mismatch',
          'the scout asked': way('/runs/run-2/steps', 403),
        },
        because:
          'classic-ps.example gave it the token, and the mission is right. The run is for the runtimes of agent.example, and the token says that this is none.',
      },
      {
        who: 'The replacement asks for the result, which is for the class alone.',
        play: () =>
          play.told(replacement.post(`${api}/runs/run-2/result`, { token: replacement.held.authToken })),
        told: { status: 200, body: { steps: 4 } },
        because: 'No key has to be remembered for that: its token names agent.example.',
      },
      ...endSteps(ways),
      {
        who: 'The courier asks for a step with its agent token, and names the mission.',
        async play() {
          second.held.agentToken = await second.agent.agentToken()
          const how = { token: second.held.agentToken, mission: play.mission('MAIL') }
          return play.told(second.post(`${api}/runs/run-2/steps`, how), true)
        },
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token': question,
        },
        because:
          'That it has ended is told to those who hold a token of it. Whoever only names a mission learns nothing of it here.',
      },
      {
        who: 'It carries the question to classic-ps.example.',
        play: () => play.told(second.carryAlone()),
        told: {
          status: 403,
          error: 'mission_terminated',
          mission_status: 'terminated',
          termination_reason: 'revoked',
        },
        because: 'There are no more tokens of it, and those that there are open nothing.',
      },
    ],
  }
}
