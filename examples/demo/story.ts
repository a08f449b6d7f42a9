import { attacksAct } from './acts/attacks.ts'
import { mission, missionHeaderAct } from './acts/mission-header.ts'
import { personTokenAct } from './acts/person-token.ts'
import type { Act } from './play.ts'
import type { Stage } from './stage.ts'

/** What is said before the first act. */
export function prologue({ api, issuers }: Stage): string[] {
  const at = (id: string): string => `${id.slice('https://'.length)} is ${issuers[id]}`
  return [
    'An agent calls an API, and there is no API key. Every request is signed with the agent’s own key and carries a token in which somebody vouches for that key. One line in the API checks all of it.',
    'Ada is a person, and ps.example is the server that speaks for her. The planner is an agent that works for her, and agent.example vouches for it. notes.example is an Express API.',
    `All of them run here, as HTTP servers: notes.example is ${api}, ${at('https://agent.example')}, ${at('https://ps.example')}.`,
    '→ is what is sent, ← is what comes back, ✓ is why. Tokens, signatures and digests are cut short.',
  ]
}

/** All acts, in order. Another one is another line. */
export function story(stage: Stage): Act[] {
  return [
    personTokenAct(stage),
    attacksAct(stage, {
      title: 'The ways that are none, by draft 11',
      agent: stage.planner,
      grant: {},
      renewal: 'person-token',
    }),
    missionHeaderAct(stage),
    attacksAct(stage, {
      title: 'The ways that are none, by drafts 01 to 10',
      agent: stage.courier,
      grant: { generation: 'mission-header', mission: mission.s256 },
      renewal: 'agent-token',
    }),
  ]
}
