import type { Caller } from '../caller.ts'
import { MissionPlay } from '../mission-play.ts'
import type { Act } from '../play.ts'
import type { Stage } from '../stage.ts'
import { attacks } from './attacks.ts'
import { proposal, terminationSteps } from './mission-steps.ts'
import { waysOf } from './missions.ts'
import { personTokenAct } from './person-token.ts'

/** What a newcomer wants to see, by draft 11: who gets in, who does not, and what a mission changes. */
export function actsInShort(stage: Stage, planner: Caller): Act[] {
  const { thief, changedPath, untrustedServer } = attacks(stage, {
    agent: stage.planner,
    grant: {},
    renewal: 'person-token',
  })
  return [
    {
      ...personTokenAct(stage, planner),
      title: 'Who gets in',
      intro:
        'An agent that has never met this API needs no setup. Each refusal says which token to come back with.',
    },
    {
      title: 'Who does not get in, and why',
      intro: 'Each of these requests is wrong in one respect, and is refused for it.',
      steps: [thief, changedPath, untrustedServer],
    },
    missionInShort(stage),
  ]
}

function missionInShort(stage: Stage): Act {
  const play = new MissionPlay(stage, stage.missionCast)
  const { first } = play
  const ways = waysOf(play)
  return {
    title: 'A mission, and its termination',
    intro:
      'A mission is a task that a person agreed to. Its tokens carry it, so the API can tie work to the task and stop with it.',
    steps: [
      proposal(play, first, 'MAIL', 'Sort the mail of the week'),
      {
        who: 'The planner starts a run at runs.example under the mission. It finds the way by itself.',
        play: () => play.told(ways.byItself(first, '/runs', 'MAIL')),
        told: { status: 201, body: { run: 'run-1' }, 'the planner asked': ways.way('/runs', 201) },
        because: `The API has asked ${play.host} whether the mission is active. It keeps the mission beside the run.`,
      },
      ...terminationSteps(play, first, 'planner'),
    ],
  }
}
