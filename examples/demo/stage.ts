import type { DecisionEvent } from '@aauth-guard/core'
import { type Agent, createTestNetwork, dial, type TestIssuer, type TestNetwork } from '@aauth-guard/testing'
import { exportJWK, generateKeyPair } from 'jose'
import { notesApi } from './api.ts'
import { bankAdapters } from './bank-api/adapters.ts'
import { type Bank, openBank } from './bank-api/bank.ts'
import { castOf, type MissionCast } from './mission-cast.ts'
import { type Adapter, adapters } from './runs-api/adapters.ts'
import { runsResource } from './runs-api/runs.ts'
import { realTime, type Time } from './time.ts'
import { Window } from './window.ts'

/** Everybody who takes part, each behind a real HTTP server on loopback. */
export interface Stage {
  readonly net: TestNetwork
  /** An agent whose person server speaks draft 11. */
  readonly planner: Agent
  /** An agent whose person server speaks drafts 01 to 10. */
  readonly courier: Agent
  readonly ps: TestIssuer
  readonly classicPs: TestIssuer
  /** The access server of team.example. */
  readonly as: TestIssuer
  /** An issuer that no API trusts. */
  readonly rogue: TestIssuer
  /** Who acts in the mission of draft 11. */
  readonly missionCast: MissionCast
  /** The same in drafts 01 to 10. */
  readonly classicMissionCast: MissionCast
  /** What runs.example and bank.example are built on. */
  readonly adapter: Adapter
  /** What is behind bank.example. */
  readonly bank: Bank
  /** The time in which missions are played. */
  readonly time: Time
  /** Host of an API → where it listens. */
  readonly apis: Readonly<Record<string, string>>
  /** Host of an issuer → where it listens. */
  readonly issuers: Readonly<Record<string, string>>
  /** Dials the issuers by their names. */
  readonly fetch: typeof fetch
  /** Sees what goes by between all of them. */
  readonly window: Window
  /** The log of the APIs. */
  readonly log: readonly string[]
  /** What an act has started beside the stage, to be ended with it. */
  readonly closing: Set<() => Promise<void>>
  close(): Promise<void>
}

/** Starts the servers. `adapter`: what runs.example and bank.example are built on; `timeOf`: the time for the clock of the network. */
export async function openStage(
  adapter: Adapter = 'express',
  timeOf: (clock: TestNetwork['clock']) => Time = realTime,
): Promise<Stage> {
  const net = await createTestNetwork({ resource: 'https://notes.example' })
  const time = timeOf(net.clock)
  const classicPs = await net.issuer('person-server', 'https://classic-ps.example')
  classicPs.generations = ['mission-header']
  const rogue = await net.issuer('person-server', 'https://rogue.example')
  for (const server of [net.personServer, classicPs]) {
    server.policy.sub = nameAt
    server.missions.managers = ['https://runs.example']
  }
  const missionCast = await castOf(net, 'planner', net.personServer, ['tools', 'https://tools.example'])
  const classicMissionCast = await castOf(net, 'courier', classicPs, ['scout', 'https://rival.example'])

  const { origins, fetch } = await net.serveIssuers()
  const log: string[] = []
  const closing = new Set<() => Promise<void>>()
  const window = new Window()
  const common = async (issuer: string) => {
    const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
    return {
      issuer,
      fetch,
      onDecision: ({ code, hint }: DecisionEvent) => void (code !== undefined && log.push(hint ?? code)),
      signingKey: { ...(await exportJWK(privateKey)), kid: 'api-1', alg: 'Ed25519' },
    } as const
  }
  const serve = async (issuer: string, accessServer?: string): Promise<string> => {
    const app = notesApi({ ...(await common(issuer)), ...(accessServer && { accessServer }) })
    return (await net.listen(app, issuer)).url
  }
  const serveRuns = async (issuer: string): Promise<string> => {
    // In whole seconds no answer grows old enough to be asked for again ahead of a request, while nobody waits.
    const options = { ...(await common(issuer)), fetch: throughWindows(net, fetch), now: net.clock.now }
    return (await net.listen(adapters[adapter](runsResource(options)), issuer)).url
  }
  const { issuer: _, ...options } = await common('https://bank.example')
  const bank = openBank({ ...options, now: net.clock.now })
  const apis = {
    'notes.example': await serve('https://notes.example'),
    'team.example': await serve('https://team.example', 'https://as.example'),
    'runs.example': await serveRuns('https://runs.example'),
    'bank.example': (await net.listen(bankAdapters[adapter](bank), 'https://bank.example')).url,
  }
  const issuers = Object.fromEntries(Object.entries(origins).map(([id, url]) => [new URL(id).host, url]))
  for (const [host, origin] of Object.entries({ ...issuers, ...apis }))
    await net.listen(window.before(origin), `https://${host}`)

  return {
    net,
    planner: await net.agent({ name: 'planner' }),
    courier: await net.agent({ name: 'courier', personServer: classicPs }),
    ps: net.personServer,
    classicPs,
    missionCast,
    classicMissionCast,
    adapter,
    bank,
    time,
    as: net.accessServer,
    rogue,
    apis,
    issuers,
    fetch,
    window,
    log,
    closing,
    async close() {
      for (const end of closing) await end()
      await net.close()
    },
  }
}

/** Lets the reader see what an API asks of the issuers, where that is more than a document. */
function throughWindows(net: TestNetwork, fetch: Stage['fetch']): Stage['fetch'] {
  return async (input, init) => {
    const request = new Request(input, init)
    const { method, url, headers } = request
    const { host, pathname: target } = new URL(url)
    if (method === 'GET') return fetch(request)
    const body = new Uint8Array(await request.arrayBuffer())
    return dial(net.servedAt(host) as string, { method, url, target, headers: [...headers], body, base: '' })
  }
}

/** What a person server calls Ada at an API: by another name at each, so that they cannot compare. */
function nameAt(resource: string): string {
  return `ada-at-${new URL(resource).host.split('.')[0]}`
}
