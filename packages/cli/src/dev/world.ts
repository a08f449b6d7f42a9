import { allowDevServers, type DevWorld, devWorldAt } from '@aauth-guard/core/dev'
import {
  createTestNetwork,
  restoreIssuer,
  saveIssuer,
  type TestIssuer,
  type TestNetwork,
} from '@aauth-guard/testing'
import { Connections } from './connections.ts'
import type { SavedWorld } from './saved-world.ts'

/** The servers of a development world, and what they know of each other. */
export class World {
  readonly at: DevWorld
  readonly net: TestNetwork
  readonly agentProvider: TestIssuer
  readonly personServer: TestIssuer
  readonly accessServer: TestIssuer
  readonly persons: readonly string[]
  readonly connections: Connections
  /** APIs on this machine that may ask for tokens. From others nothing is fetched. */
  readonly #apps: Set<string>

  private constructor(
    at: DevWorld,
    net: TestNetwork,
    [agentProvider, personServer, accessServer]: readonly [TestIssuer, TestIssuer, TestIssuer],
    { persons, connections }: SavedWorld,
    apps: Set<string>,
  ) {
    this.at = at
    this.net = net
    this.agentProvider = agentProvider
    this.personServer = personServer
    this.accessServer = accessServer
    this.persons = persons
    this.connections = new Connections(connections)
    this.#apps = apps
    personServer.policy.asks = (question) => this.connections.answer(question) ?? true
  }

  /**
   * @param url where the world is served
   * @param saved what it knew when it ended, and where its keys come from
   */
  static async open(url: string, saved: SavedWorld): Promise<World> {
    const at = devWorldAt(url)
    allowDevServers([at.agentProvider, at.personServer, at.accessServer])
    const apps = new Set<string>()
    const net = await createTestNetwork({
      seed: saved.seed,
      ids: 'random',
      keepsKeys: false,
      elsewhere: fetchFrom(apps),
    })
    const issuers = [
      await net.issuer('agent-provider', at.agentProvider),
      await net.issuer('person-server', at.personServer),
      await net.issuer('access-server', at.accessServer),
    ] as const
    for (const issuer of issuers) {
      issuer.generations = ['person-token']
      const remembered = saved.issuers[issuer.role]
      if (remembered !== undefined) restoreIssuer(issuer, remembered)
    }
    const world = new World(at, net, issuers, saved, apps)
    world.personServer.missions.onlyKnown = true
    world.personServer.missions.managers = []
    for (const app of saved.apps) world.allowApp(app)
    return world
  }

  get apps(): readonly string[] {
    return [...this.#apps]
  }

  /** Lets an API on this machine ask for tokens, and for the status of missions. */
  allowApp(origin: string): void {
    allowDevServers([origin])
    this.#apps.add(origin)
    this.personServer.missions.managers = this.apps
  }

  /** What is to be known when the world is opened again. */
  saved(): SavedWorld {
    const { net, persons, connections, agentProvider, personServer, accessServer } = this
    return {
      aauth_dev: true,
      seed: net.seed,
      persons,
      apps: this.apps,
      connections: connections.all(),
      issuers: {
        'agent-provider': saveIssuer(agentProvider),
        'person-server': saveIssuer(personServer),
        'access-server': saveIssuer(accessServer),
      },
    }
  }
}

/** Dials the APIs that were named and nobody else. */
function fetchFrom(origins: ReadonlySet<string>): typeof fetch {
  return (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : String(input))
    if (!origins.has(origin))
      return Promise.reject(
        new TypeError(`${origin} is not an app of this world: start it with --app ${origin}`),
      )
    return fetch(input, { ...init, redirect: 'manual' })
  }
}
