/**
 * Missions and classes: a run belongs to a mission and to the runtimes of one agent provider, to no session and no key.
 * `node examples/missions/main.ts` plays on loopback what that means: failover, elastic execution, migration; who is
 * refused; and the termination of the mission, which the API learns by asking Ada's person server.
 */
import { createResource } from '@aauth-guard/core'
import { missionControl, monitorMissions } from '@aauth-guard/core/missions'
import { type Agent, createTestNetwork } from '@aauth-guard/testing'
import { runsApi } from './app.ts'

const net = await createTestNetwork({ resource: 'https://runs.example', now: Math.floor(Date.now() / 1000) })
const ps = net.personServer
// Tokens of drafts 01 to 10 name the agent, and so its class. What draft 11 changes: README, "Missions and classes".
ps.generations = ['mission-header']

const resource = createResource({
  issuer: net.resource,
  trust: { agentProviders: 'any', personServers: [ps.id] },
  generations: ['mission-header'],
  missions: monitorMissions({ source: missionControl(), activeTtl: 30 }),
  fetch: net.fetch,
  now: net.clock.now,
})
await net.serveIssuers()
await net.listen(runsApi(resource))

let failed = false
const runs = `${net.resource}/runs`
const otherProvider = await net.issuer('agent-provider', 'https://other-agent.example')
const desktop = await net.agent({ runtime: 'desktop' })
const cloud = await net.agent({ runtime: 'cloud' })
const spare = await net.agent({ runtime: 'spare' })
const foreign = await net.agent({ runtime: 'foreign', provider: otherProvider })

const interact = ({ code }: { code: string }): Promise<void> => ps.missions.approve(code)
const { s256 } = await desktop.proposeMission({ description: 'Sort the feedback of the week' }, { interact })
const another = await desktop.proposeMission({ description: 'Sell the feedback' }, { interact })

const started = await work(desktop, runs)
const { run } = (await started.json()) as { run: string }
const steps = `${runs}/${run}/steps`
tell('The desktop starts a run under the mission that Ada agreed to', started.status, 201)

tell('Migration: the run goes on in the cloud, with another key', await verdict(cloud), 'step 1')
const both = await Promise.all([verdict(desktop), verdict(cloud)])
tell('Elastic execution: two runtimes work on it at once', both.sort(), ['step 2', 'step 3'])
tell('Failover: both are gone, a spare one goes on', await verdict(spare), 'step 4')
tell('The same name at another provider', await verdict(foreign), 'class_mismatch')
tell('The same provider in another mission', await verdict(desktop, another.s256), 'mission_mismatch')
tell('The same agent without a mission', await verdict(desktop, null), 'mission_required')

await ps.missions.end(s256, 'completed')
net.clock.advance(30)
tell(
  'Ada has ended the mission, and the API has asked her server',
  await verdict(cloud),
  'mission_terminated',
)

await net.close()
process.exitCode = failed ? 1 : 0

/** Works under a mission, with a token that the person server gave before. */
async function work(agent: Agent, url: string, mission: string | null = s256): Promise<Response> {
  const token = await agent.authToken({
    generation: 'mission-header',
    scope: 'access',
    ...(mission && { mission }),
  })
  net.clock.advance(1)
  return agent.fetch(url, { method: 'POST' }, { token })
}

/** What a runtime that wants to go on with the run is told. */
async function verdict(agent: Agent, mission?: string | null): Promise<string> {
  const answer = (await (await work(agent, steps, mission)).json()) as { error?: string; steps?: number }
  return answer.error ?? `step ${answer.steps}`
}

/** Prints what happened, and fails the program when it is not what should have. */
function tell(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value))
  console.log(`${is === should ? '✓' : '✗'} ${what}: ${is}${is === should ? '' : `, and not ${should}`}`)
  failed ||= is !== should
}
