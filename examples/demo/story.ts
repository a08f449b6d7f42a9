import { attacksAct } from './acts/attacks.ts'
import { fourPartyAct } from './acts/four-party.ts'
import { fourPartyMissionHeaderAct } from './acts/four-party-mission-header.ts'
import { actsInShort } from './acts/in-short.ts'
import { mcpToolsAct } from './acts/mcp-tools.ts'
import { mission, missionHeaderAct } from './acts/mission-header.ts'
import { missionsAct } from './acts/missions.ts'
import { missionsMissionHeaderAct } from './acts/missions-mission-header.ts'
import { personAtTheApiAct } from './acts/person-at-the-api.ts'
import { personTokenAct } from './acts/person-token.ts'
import { widenAndRevokeAct } from './acts/widen-and-revoke.ts'
import { Caller } from './caller.ts'
import { missionHeaderGeneration, personTokenGeneration } from './generations.ts'
import type { Act } from './play.ts'
import type { Stage } from './stage.ts'

/** What is told in short: at most 15 steps. */
export function storyInShort(stage: Stage): Act[] {
  return actsInShort(stage, new Caller(stage, stage.planner))
}

/** What is said before that. */
export function prologueInShort({ adapter }: Stage): string[] {
  return [
    'AAuth lets AI agents call an API without API keys. An agent signs each request with its own key, and sends a token in which somebody vouches for that key. The API checks all of it in one line:',
    "app.get('/notes', protect(resource, { scope: 'notes.read' }), handler)",
    `Ada is a person, and ps.example is the server that speaks for her: her person server. The planner is an agent that works for her, and agent.example vouches for it. notes.example is an Express API with that line, and runs.example is an API on ${adapter} that works under missions. All of them run here, as HTTP servers on loopback.`,
    signs,
  ]
}

const signs =
  '→ is what is sent, ← is what comes back, ✓ is why, and = is what the token above it says. Tokens, signatures and digests are cut short.'

/** What is said before the first act of the whole story. */
export function prologue({ apis, issuers, adapter }: Stage): string[] {
  const all: Readonly<Record<string, string>> = { ...apis, ...issuers }
  const at = (host: string): string => `${host} is ${all[host]}`
  return [
    'An agent calls an API without an API key. Every request is signed with the agent’s own key and carries a token in which somebody vouches for that key. One line in the API checks all of it.',
    'Ada is a person, and ps.example is the server that speaks for her: her person server. The planner is an agent that works for her, and agent.example vouches for it. notes.example is an Express API. Later on come team.example, the API of Ada’s employer, and as.example, which decides for that API; then runs.example, whose work outlives those who do it, and bank.example, which asks its own customers.',
    `All of them run here, as HTTP servers: ${at('notes.example')}, ${at('agent.example')}, ${at('ps.example')}, ${at('team.example')}, ${at('as.example')}, ${at('runs.example')} and ${at('bank.example')} (both on ${adapter}).`,
    signs,
  ]
}

/** All acts, in order. Another one is another line. */
export function story(stage: Stage): Act[] {
  const planner = new Caller(stage, stage.planner)
  const courier = new Caller(stage, stage.courier)
  return [
    personTokenAct(stage, planner),
    widenAndRevokeAct(stage, planner, personTokenGeneration(stage, planner)),
    attacksAct(stage, {
      title: 'The ways that are none, by draft 11',
      agent: stage.planner,
      grant: {},
      renewal: 'person-token',
    }),
    missionHeaderAct(stage, courier),
    widenAndRevokeAct(stage, courier, missionHeaderGeneration(stage, courier)),
    attacksAct(stage, {
      title: 'The ways that are none, by drafts 01 to 10',
      agent: stage.courier,
      grant: { generation: 'mission-header', mission: mission.s256 },
      renewal: 'agent-token',
    }),
    fourPartyAct(stage, planner),
    fourPartyMissionHeaderAct(stage, courier),
    ...missionActs(stage),
    personAtTheApiAct(stage),
    mcpToolsAct(stage),
  ]
}

/** A mission from its proposal to its end, once in each generation. */
export function missionActs(stage: Stage): Act[] {
  return [missionsAct(stage), missionsMissionHeaderAct(stage)]
}
