/**
 * What it costs to be told of decisions: `npx pnpm@12 bench:listeners`. The verification is left out, since it varies by
 * more than what is measured. Each case runs in a process of its own, as most processes have one resource, and the
 * processes take turns.
 */
import { execFileSync } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { authorize, createResource, type ResourceListeners } from '@aauth-guard/core'
import { createTestNetwork } from '@aauth-guard/testing'
import { platform } from '../packages/core/src/platform/node.ts'
import { stateOf } from '../packages/core/src/resource/state-of.ts'
import { arrivalOf, arrive } from './arrival.ts'
import { signerOf } from './cases.ts'
import { circumstances } from './report.ts'
import { median, spreadOf } from './statistics.ts'

const rounds = 7
const requests = 20_000
const ignore = (): void => undefined

interface Listening {
  readonly listeners?: ResourceListeners
  readonly underMission?: boolean
  readonly subscribed?: boolean
}
const cases: Readonly<Record<string, Listening>> = {
  'nobody listens': {},
  onDecision: { listeners: { onDecision: ignore } },
  'onEvent and onStoreCall': { listeners: { onEvent: ignore, onStoreCall: ignore } },
  'a subscriber of the channel': { subscribed: true },
  'a recorder that returns': { listeners: { recorder: ignore } },
  'under a mission, nobody listens': { underMission: true },
  'under a mission, onDecision': { underMission: true, listeners: { onDecision: ignore } },
}
const asking = 'asking whether anybody listens'

const [name] = process.argv.slice(2)
if (name === undefined) compare()
else console.log(await measure(name, cases[name] ?? {}))

/** Prints the microseconds of each case, and what it takes beyond the first one. */
function compare(): void {
  const names = [asking, ...Object.keys(cases)]
  const times = new Map(names.map((each) => [each, [] as number[]]))
  for (let round = 0; round < rounds; round++)
    for (const each of names) {
      const args = ['--expose-gc', import.meta.filename, each]
      times.get(each)?.push(Number(execFileSync(process.execPath, args, { encoding: 'utf8' })))
    }
  const base = times.get('nobody listens') as number[]
  console.log(`${circumstances()}\n`)
  console.log('| everything but the verification | µs | beyond a request to which nobody listens |')
  console.log('|---|---:|---:|')
  for (const [each, found] of times) {
    const beyond = found.map((time, round) => time - (base[round] as number))
    const shown = each === asking ? '' : `${median(beyond).toFixed(2)} ± ${spreadOf(beyond).toFixed(2)}`
    console.log(`| ${each} | ${median(found).toFixed(each === asking ? 4 : 2)} | ${shown} |`)
  }
}

/** The least microseconds of a request over several passes: what disturbs a pass only adds to it. */
async function measure(which: string, { listeners, underMission, subscribed }: Listening): Promise<number> {
  const net = await createTestNetwork({ now: 1_790_000_000, seed: 'bench listeners' })
  const agent = await net.agent()
  const { s256 } = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
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
  if (listeners !== undefined) resource.listen(listeners)
  if (subscribed) subscribe('aauth-guard:decision', ignore)
  const token = await agent.authToken({ scope: 'access', ...(underMission && { mission: s256 }) })
  const arrival = arrivalOf(await agent.sign(`${net.resource}/notes`, {}, { token }))
  const requirement = { scope: 'access' }
  await authorize(resource, arrive(arrival), requirement)
  platform.verify = () => true
  const { events } = stateOf(resource)
  let heard = 0
  let least = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < 10; pass++) {
    const start = performance.now()
    for (let i = 0; i < requests; i++) {
      if (which === asking) heard += Number(events.hearsDecisions)
      else await authorize(resource, arrive(arrival), requirement)
    }
    least = Math.min(least, ((performance.now() - start) * 1000) / requests)
  }
  if (heard > 0) throw new Error('somebody listens')
  return least
}
