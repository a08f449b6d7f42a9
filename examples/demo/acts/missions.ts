import type { Caller } from '../caller.ts'
import { api, MissionPlay } from '../mission-play.ts'
import type { Act, Outcome } from '../play.ts'
import { further } from '../send.ts'
import type { Stage } from '../stage.ts'
import { endSteps, proposal, type Ways, workSteps } from './mission-steps.ts'

/** A mission in draft 11, where tokens name no agent provider. */
export function missionsAct(stage: Stage): Act {
  const play = new MissionPlay(stage, stage.missionCast)
  const { first, replacement, foreign } = play
  const ways = waysOf(play)
  const { way } = ways

  /** Shows the agent token, and asks for the result with the auth token. */
  const resultOnceKnown = async (caller: Caller): Promise<Outcome> => {
    const result = `${api}/runs/run-1/result`
    const shown = await caller.post(result, { token: await caller.agent.agentToken() })
    const again = await play.told(caller.post(result, { token: caller.held.authToken }))
    const facts = { 'agent token shown': `${shown.facts.status} ${shown.facts.error}`, ...again.facts }
    return { ...again, sent: [...shown.sent, ...further(again.sent)], facts }
  }

  return {
    title: 'A mission and its end, by draft 11',
    intro: `A mission is something Ada agreed to. At runs.example, here on ${stage.adapter}, work belongs to the mission and to the class that began it, which is the runtimes of one agent provider. In draft 11 no token names a provider; what then, each route says (classPolicy). Whether the mission lives the API asks ps.example, and believes the answer for 1 s.`,
    steps: [
      proposal(play, first, 'MAIL', 'Sort the mail of the week'),
      {
        who: 'A first runtime of the planner wants to start a run. It shows the token of its provider.',
        async play() {
          first.held.agentToken = await first.agent.agentToken()
          return play.told(first.post(`${api}/runs`, { token: first.held.agentToken }))
        },
        told: {
          status: 401,
          error: 'person_token_required',
          'aauth-requirement': 'requirement=person-token',
        },
        because:
          'As before. This API notes that agent.example vouches for the key (linkedKeys): nothing that comes later says so.',
      },
      {
        who: 'It asks ps.example for a person token for runs.example, under the mission.',
        play: () => play.told(first.askForPersonToken(api, { mission_s256: play.mission('MAIL').s256 })),
        told: {
          status: 200,
          'person token': 'iss ps.example, aud runs.example, sub ada-at-runs, mission_s256 MAIL',
          'bound to the agent’s key': true,
        },
        because: 'ps.example gives it to the agent that proposed the mission, and to no other.',
      },
      {
        who: 'With it, it asks for a run.',
        play: () => play.told(first.post(`${api}/runs`, { token: first.held.personToken }), true),
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token':
            'iss runs.example, aud ps.example, ps ps.example, sub ada-at-runs, scope access, mission_s256 MAIL',
          'runs.example asked': ['POST ps.example/mission-control/MAIL: 200'],
          'ps.example asked': [
            'GET runs.example/.well-known/aauth-resource.json: 200',
            'GET runs.example/aauth/jwks.json: 200',
          ],
        },
        because:
          'This is the first that the API hears of the mission, so it asks whether it lives, and signs that in its own name.',
      },
      {
        who: 'The runtime carries the question to ps.example, and Ada says yes.',
        play: () => play.told(first.carry(first.held.personToken)),
        told: {
          status: 200,
          'auth token':
            'iss ps.example, aud runs.example, ps ps.example, sub ada-at-runs, scope access, mission_s256 MAIL',
          'bound to the agent’s key': true,
        },
        because: 'The mission came by verified tokens all the way. The agent has added nothing to it.',
      },
      {
        who: 'It comes back with the auth token, and the run begins.',
        play: () => play.told(first.post(`${api}/runs`, { token: first.held.authToken })),
        told: { status: 201, body: { run: 'run-1' } },
        because:
          'Beside the run the API keeps a grant: this mission, this class, this person. No session, no key.',
      },
      ...workSteps(ways),
      {
        who: 'A foreign runtime: the planner calls tools.example, with a person token under the mission.',
        play: () =>
          play.told(
            play.second.askForPersonToken('https://tools.example', {
              mission_s256: play.mission('MAIL').s256,
            }),
          ),
        told: {
          status: 200,
          'person token': 'iss ps.example, aud tools.example, sub ada-at-tools, mission_s256 MAIL',
          'bound to the agent’s key': true,
        },
        because:
          'tools.example is a resource, and an agent itself: a link of a chain. It is of no class here.',
      },
      {
        who: 'tools.example hands that on, and gets a person token for runs.example: of the same mission.',
        play: () =>
          play.told(foreign.askForPersonToken(api, { upstream_token: play.second.held.personToken })),
        told: {
          status: 200,
          'person token': 'iss ps.example, aud runs.example, sub ada-at-runs, mission_s256 MAIL',
          'bound to the agent’s key': true,
        },
        because:
          'A chain inherits the mission. Who proposed it, and who is calling now, the token does not say.',
      },
      {
        who: 'tools.example takes a step of the run.',
        play: () =>
          play.told(
            foreign.byItself(
              `${api}/runs/run-1/steps`,
              { method: 'POST' },
              { token: foreign.held.personToken },
            ),
          ),
        told: {
          status: 200,
          body: { step: 5 },
          'the tools asked': way('/runs/run-1/steps', 200).slice(1),
        },
        because:
          'It is let in: steps have the classPolicy mission-only, which asks for no class where a token names none. ps.example handed the mission on, and that is enough here.',
      },
      {
        who: 'The replacement asks for the result, which is for the class alone: classPolicy linked-key.',
        play: () =>
          play.told(replacement.post(`${api}/runs/run-1/result`, { token: replacement.held.authToken })),
        told: { status: 403, error: 'class_unverifiable' },
        because:
          'The mission is right; but none of its tokens names a provider, and nobody knows its key. Unknown is never a match. The default policy, deny, answers everybody so in draft 11.',
      },
      {
        who: 'It shows the token of its provider once, and asks again.',
        play: () => resultOnceKnown(replacement),
        told: {
          'agent token shown': '401 person_token_required',
          status: 200,
          body: { steps: 5 },
        },
        because:
          'Now its key is linked to agent.example, as is that of the first. So an API learns which agent acts for Ada; draft 11 takes care that it does not have to.',
      },
      {
        who: 'tools.example does the same: it shows who vouches for it, and asks for the result.',
        play: () => resultOnceKnown(foreign),
        told: {
          'agent token shown': '401 person_token_required',
          status: 403,
          error: 'class_mismatch',
        },
        because: 'The mission is the right one, and the provider is not: a foreign runtime.',
      },
      ...endSteps(ways),
      {
        who: 'The planner asks ps.example for another token under the mission.',
        play: () =>
          play.told(replacement.askForPersonToken(api, { mission_s256: play.mission('MAIL').s256 })),
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

/** By draft 11, where a runtime that gets in by itself asks for a person token first. */
export function waysOf(play: MissionPlay): Ways {
  const way = (path: string, status: number): string[] => [
    'POST ps.example/person-token: 200',
    `POST runs.example${path}: 401`,
    'POST ps.example/auth-token: 200',
    `POST runs.example${path}: ${status}`,
  ]
  return {
    play,
    way,
    async byItself(caller, path, mission) {
      const under = mission === undefined ? {} : { mission_s256: play.mission(mission).s256 }
      const given = await caller.askForPersonToken(api, under)
      const token = caller.held.personToken
      const { sent, facts, ...rest } = await caller.byItself(`${api}${path}`, { method: 'POST' }, { token })
      const asked = `the ${caller.name} asked`
      const before = `POST ${play.host}/person-token: ${given.facts.status}`
      return {
        ...rest,
        sent: [...given.sent, ...further(sent)],
        facts: { ...facts, [asked]: [before, ...((facts[asked] ?? []) as string[])] },
      }
    },
  }
}
