import type { ClassPolicy } from '@aauth-guard/core'
import { assertGrant, type MissionGrant, missionGrant } from '@aauth-guard/core/missions'
import { s256 } from '@aauth-guard/fixtures/missions'
import type { World } from '@aauth-guard/fixtures/world'
import type { Agent, Grant } from '@aauth-guard/testing'
import { callAs, outcome } from './attempt.ts'

/** An auth token in the mission, of draft 11 and of drafts 01 to 10. */
export const inMission = { scope: 'access', mission: s256 } as const
export const old = { ...inMission, generation: 'mission-header' } as const

/** The grant of the agent of the world, as it comes back from a database. */
export async function keptGrant(world: World, grant: Grant): Promise<MissionGrant> {
  const auth = await world.call(await world.agent.authToken(grant))
  return JSON.parse(JSON.stringify(missionGrant(auth)))
}

/** Whether `agent`, with a token of its own, may go on with `kept`. */
export async function resumption(
  world: World,
  agent: Agent,
  kept: MissionGrant,
  grant: Grant,
  classPolicy?: ClassPolicy,
): Promise<string> {
  const auth = await callAs(world, agent, await agent.authToken(grant))
  return outcome(assertGrant(auth, () => kept, classPolicy && { classPolicy }))
}
