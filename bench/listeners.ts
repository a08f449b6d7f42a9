/**
 * What it costs to be told of decisions: `npx pnpm@12 bench:listeners`. The verification is left out, since it varies by
 * more than what is measured; the table says what part of one check the difference is.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { authorize, createResource, type Resource, type ResourceListeners } from '@aauth-guard/core'
import { createTestNetwork } from '@aauth-guard/testing'
import { platform } from '../packages/core/src/platform/node.ts'
import { stateOf } from '../packages/core/src/resource/state-of.ts'
import { arrivalOf, arrive } from './arrival.ts'
import { signerOf } from './cases.ts'
import type { Case } from './measure.ts'
import { circumstances, tablesOf } from './report.ts'
import { measureCases } from './rounds.ts'

const plan = { inFlight: 1, rounds: 30, milliseconds: 60 }
const net = await createTestNetwork({ now: 1_790_000_000, seed: 'bench listeners' })
const agent = await net.agent()
const { s256 } = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
const own = platform.verify

const make = (listeners: ResourceListeners = {}): Resource => {
  const resource = createResource({
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
    replay: 'off',
    log: 'off',
    signingKey: signerOf(agent.key),
    observe: { personHashKey: new Uint8Array(32).fill(7) },
  })
  resource.listen(listeners)
  return resource
}
const requestOf = async (mission?: string): Promise<ReturnType<typeof arrivalOf>> => {
  const token = await agent.authToken({ scope: 'access', ...(mission !== undefined && { mission }) })
  return arrivalOf(await agent.sign(`${net.resource}/notes`, {}, { token }))
}
const plain = await requestOf()
const ofMission = await requestOf(s256)
const ignore = (): void => undefined

const runs =
  (
    resource: Resource,
    of = plain,
    around: (work: () => unknown) => unknown = (work) => work(),
  ): Case['run'] =>
  () => {
    platform.verify = () => true
    const decided = around(() => authorize(resource, arrive(of), { scope: 'access' }))
    platform.verify = own
    return decided
  }
const withChannel = (work: () => unknown): unknown => {
  subscribe('aauth-guard:decision', ignore)
  const done = work()
  unsubscribe('aauth-guard:decision', ignore)
  return done
}
const { events } = stateOf(make())
const cases: readonly Case[] = [
  { name: 'nobody listens', run: runs(make()) },
  {
    name: 'asking 100 times whether anybody listens',
    run() {
      let heard = 0
      for (let n = 0; n < 100; n++) heard += Number(events.hearsDecisions)
      return heard
    },
  },
  { name: 'onDecision', run: runs(make({ onDecision: ignore })) },
  { name: 'onEvent and onStoreCall', run: runs(make({ onEvent: ignore, onStoreCall: ignore })) },
  { name: 'a recorder that returns', run: runs(make({ recorder: ignore })) },
  { name: 'a subscriber of the channel, which comes and goes', run: runs(make(), plain, withChannel) },
  { name: 'under a mission, nobody listens', run: runs(make(), ofMission) },
  { name: 'under a mission, onDecision', run: runs(make({ onDecision: ignore }), ofMission) },
]
const figures = await measureCases('everything but the verification', cases, plan)
console.log(`${circumstances()}\n${tablesOf(figures)}`)
process.exit(0)
