/** One process of the fleet: an API on loopback, which its parent controls by messages. */
import type { AddressInfo } from 'node:net'
import { createResource, type Mission } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { answerRefusals, getAuth, protect, verifyDigest } from '@aauth-guard/express'
import express from 'express'
import { dialer } from '../conformance-target/dial.ts'
import { openStores } from './open-stores.ts'
import { type FromProcess, now, type Settings, type ToProcess } from './protocol.ts'
import { untilReady } from './until-ready.ts'

const settings = JSON.parse(process.env.FLEET ?? '{}') as Settings
const { stores } = openStores(settings.place, settings.issuer)
/** Mission → when this process last accepted a request under it, and how many it accepted. */
const accepted = new Map<string, { last: bigint; count: number }>()

const resource = createResource({
  issuer: settings.issuer,
  trust: 'any',
  scopes: { 'notes.read': 'Read notes' },
  stores,
  signatureWindow: settings.window,
  fetch: dialer(settings.origins),
  log: process.env.FLEET_LOG ? 'console' : 'off',
  missions: monitorMissions({
    async source({ s256 }, { signal }) {
      const response = await fetch(`${settings.source}?s256=${s256}`, { signal })
      return (await response.json()) as { status: 'active' }
    },
  }),
  // Where a request is decided, and before its answer is on the way.
  onDecision({ outcome, mission }) {
    if (outcome !== 'accepted' || mission === undefined) return
    const before = accepted.get(mission.s256)
    accepted.set(mission.s256, { last: now(), count: (before?.count ?? 0) + 1 })
  },
})

const app = express()
app.get('/notes', protect(resource), (req, res) => {
  res.json({ mission: getAuth(req, 'auth-token').mission?.s256 })
})
app.post(
  '/notes',
  protect(resource, { components: ['content-digest'] }),
  express.text({ verify: verifyDigest }),
  (_, res) => {
    res.status(201).end()
  },
)
app.use(answerRefusals())
const server = app.listen(0, '127.0.0.1', async () => {
  await untilReady(() => resource.ready())
  tell({ type: 'listening', port: (server.address() as AddressInfo).port })
})
server.keepAliveTimeout = 60_000

process.on('message', (message: ToProcess) => {
  if (message.type === 'terminate') void terminate(message.mission)
  else tell({ type: 'accepted', missions: [...accepted].map(([s256, { last }]) => [s256, `${last}`]) })
})
process.on('disconnect', () => process.exit())

/** Repeated until it is recorded, as an operator would: a termination that failed has not happened. */
async function terminate(mission: Mission): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await resource.missions.terminate(mission, 'completed')
      return tell({ type: 'terminated', s256: mission.s256, at: `${now()}`, attempts: attempt })
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function tell(message: FromProcess): void {
  process.send?.(message)
}
