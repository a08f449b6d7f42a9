import { createResource, type Resource } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import {
  type Agent,
  type AgentRequest,
  createTestNetwork,
  dial,
  type SignedMessage,
  type SignOptions,
  type TestIssuer,
  type TestNetwork,
} from '@aauth-guard/testing'
import { exportJWK, generateKeyPair } from 'jose'
import { scopes, watchedApi } from './api.ts'
import { incidents } from './incidents.ts'
import { nextTask, Worker } from './workers.ts'

const issuer = 'https://notes.example'
const names = ['planner', 'courier', 'archivist', 'scout', 'translator', 'bookkeeper']
const people = ['ada', 'ben', 'cleo', 'dora']
/** Part of the requests that go wrong. */
const partOfIncidents = 0.3
const reasons = ['revoked', 'completed', 'superseded']

/** An API on loopback, and agents that work with it under missions, not all of them as they should. */
export class WatchedWorld {
  readonly net: TestNetwork
  readonly resource: Resource
  /** A person server that the API does not trust. */
  readonly rogue: TestIssuer
  /** An agent whose provider is down. */
  readonly lost: Agent
  private readonly api: string
  private workers: Worker[] = []
  /** Agents whose mission was terminated, and who go on. */
  private late: readonly Worker[] = []

  private constructor(world: Pick<WatchedWorld, 'net' | 'resource' | 'rogue' | 'lost'>, api: string) {
    this.net = world.net
    this.resource = world.resource
    this.rogue = world.rogue
    this.lost = world.lost
    this.api = api
  }

  /** Starts the API, and one mission for each agent. */
  static async open(): Promise<WatchedWorld> {
    const net = await createTestNetwork({ resource: issuer, ids: 'random' })
    const classic = await net.issuer('person-server', 'https://classic-ps.example')
    classic.generations = ['mission-header']
    net.personServer.generations = ['person-token']
    const tools = await net.issuer('agent-provider', 'https://tools.example')
    const rogue = await net.issuer('person-server', 'https://rogue.example')
    const down = await net.issuer('agent-provider', 'https://down.example')
    down.misbehave('unreachable')
    const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
    const resource = createResource({
      issuer,
      trust: { agentProviders: 'any', personServers: [net.personServer.id, classic.id] },
      scopes,
      missions: monitorMissions({ announcements: true }),
      signingKey: { ...(await exportJWK(privateKey)), kid: 'api-1', alg: 'Ed25519' } as never,
      fetch: net.fetch,
      log: 'off',
    })
    const { url } = await net.listen(watchedApi(resource))
    const agents = await Promise.all(
      names.map((name, i) =>
        net.agent({
          name,
          provider: i % 3 === 2 ? tools : net.agentProvider,
          personServer: i % 2 === 0 ? net.personServer : classic,
        }),
      ),
    )
    const lost = await net.agent({ name: 'lost', provider: down })
    const world = new WatchedWorld({ net, resource, rogue, lost }, url)
    for (const agent of agents) await world.begin(agent)
    return world
  }

  /** The person ends the oldest mission, and its server tells the API. The agent goes on until the next one is ended. */
  async endOldestMission(): Promise<void> {
    const [worker] = this.workers.splice(0, 1)
    if (worker === undefined) return
    const { missions } = worker.personServer
    await missions.end(worker.mission.s256, oneOf(reasons))
    await missions.announce(worker.mission.s256, { via: this.api })
    this.late = [worker]
    await this.begin(worker.agent)
  }

  /** Sends what one agent does next: one request, or the few of an incident. @returns how many there were */
  async act(): Promise<number> {
    const worker = this.nextWorker()
    const messages =
      Math.random() < partOfIncidents ? await nextIncident()(this, worker) : [await this.work(worker)]
    for (const message of messages) await dial(this.api, message)
    return messages.length
  }

  readonly sign = (
    agent: Agent,
    path: string,
    request: AgentRequest,
    options: SignOptions,
  ): Promise<SignedMessage> =>
    // Two requests of one second would otherwise be the same, and the second one a replay.
    agent.sign(`${issuer}${path}`, request, { ...options, params: { nonce: this.net.nextId() } })

  readonly unsigned = (path: string): SignedMessage => ({
    method: 'GET',
    url: `${issuer}${path}`,
    target: path,
    headers: [],
    base: '',
  })

  /** How a worker signs with a token other than its own. */
  readonly optionsOf = ({ personServer, mission }: Worker, token: string): SignOptions => ({
    token,
    ...(!personServer.generations.includes('person-token') && { mission }),
  })

  readonly revoke = async (worker: Worker, token: string): Promise<void> => {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    await this.resource.revoke({ iss: claims.iss, jti: claims.jti, exp: claims.exp, mission: worker.mission })
  }

  async close(): Promise<void> {
    await this.net.close()
    this.resource.close()
  }

  private async begin(agent: Agent): Promise<void> {
    const person = oneOf(people)
    const { missions } = agent.personServer as TestIssuer
    const { s256 } = await missions.begin(agent, { description: `Work for ${person}` }, person)
    this.workers.push(new Worker(this.net, agent, person, s256))
  }

  private nextWorker(): Worker {
    const [late] = this.late
    return late !== undefined && Math.random() < 0.1 ? late : oneOf(this.workers)
  }

  private async work(worker: Worker): Promise<SignedMessage> {
    const { path, request } = nextTask()
    return this.sign(worker.agent, path, request, await worker.signing())
  }
}

function nextIncident(): (typeof incidents)[number][2] {
  const total = incidents.reduce((sum, [weight]) => sum + weight, 0)
  let left = Math.random() * total
  for (const [weight, , incident] of incidents) {
    left -= weight
    if (left < 0) return incident
  }
  return (incidents[0] as (typeof incidents)[number])[2]
}

function oneOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}
