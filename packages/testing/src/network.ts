import type { RequestListener } from 'node:http'
import { Agent } from './agent/agent.ts'
import { answerIssuerEndpoint } from './endpoints/answer-endpoint.ts'
import { firstKey, TestIssuer } from './issuer/issuer.ts'
import { type Algorithm, makeKey } from './signing/keys.ts'
import { makeClock, type TestClock } from './world/clock.ts'
import { answeredAt } from './world/dial.ts'
import { type Listening, listen } from './world/listen.ts'
import type { IssuerRole } from './world/roles.ts'
import { dialing, publishing, type ServedIssuers } from './world/served-issuers.ts'
import type { World } from './world/world.ts'

export interface NetworkOptions {
  /** The resource tokens are minted for; default `https://notes.example`. */
  readonly resource?: string
  /** Seconds at which the clock stands; default it follows the system's. */
  readonly now?: number
  /** The same seed makes the same keys; default a random one. */
  readonly seed?: string
  /** Fetches what no issuer and no app of this network has; default nobody is reachable there. */
  readonly elsewhere?: typeof fetch
  /** What tokens and missions are named by: `counted` repeats in every world, `random` in none. Default `counted`. */
  readonly ids?: 'counted' | 'random'
  /**
   * Whether its person servers and access servers keep keys of resources, as real ones do; default `true`. `false` is for
   * resources that get a new key whenever they start.
   */
  readonly keepsKeys?: boolean
}

/** How an agent is made. */
export interface AgentOptions {
  /** Default `planner`. */
  readonly name?: string
  /** Another runtime of the same agent: the same identifier with another key. Default its only one. */
  readonly runtime?: string
  readonly provider?: TestIssuer
  /** `null`: an agent without person server. */
  readonly personServer?: TestIssuer | null
  readonly alg?: Algorithm
}

/** A fetch that the network saw. */
export interface LoggedFetch {
  readonly url: string
  readonly at: number
}

/** An AAuth world in one process. */
export class TestNetwork implements World {
  readonly resource: string
  readonly clock: TestClock
  readonly seed: string
  readonly keepsKeys: boolean
  /** Every fetch of a document, in order. */
  readonly fetches: LoggedFetch[] = []
  readonly agentProvider: TestIssuer
  readonly personServer: TestIssuer
  readonly accessServer: TestIssuer
  private readonly issuers = new Map<string, TestIssuer[]>()
  private readonly listening: Listening[] = []
  private readonly served = new Map<string, string>()
  private readonly apps = new Map<string, string>()
  private readonly elsewhere: typeof fetch | undefined
  private readonly ids: NonNullable<NetworkOptions['ids']>
  private counted = 0

  private constructor(
    options: NetworkOptions,
    seed: string,
    keys: readonly Parameters<TestNetwork['add']>[],
  ) {
    this.resource = options.resource ?? 'https://notes.example'
    this.clock = makeClock(options.now)
    this.seed = seed
    this.elsewhere = options.elsewhere
    this.ids = options.ids ?? 'counted'
    this.keepsKeys = options.keepsKeys ?? true
    const [provider, person, access] = keys.map((made) => this.add(...made)) as [
      TestIssuer,
      TestIssuer,
      TestIssuer,
    ]
    this.agentProvider = provider
    this.personServer = person
    this.accessServer = access
  }

  /** Use {@link createTestNetwork}. */
  static async make(options: NetworkOptions): Promise<TestNetwork> {
    const seed = options.seed ?? crypto.randomUUID()
    const roles = [
      ['agent-provider', 'https://agent.example'],
      ['person-server', 'https://ps.example'],
      ['access-server', 'https://as.example'],
    ] as const
    const keys = roles.map(
      async ([role, id]) => [role, id, await firstKey(seed, id, 'Ed25519')] as Parameters<TestNetwork['add']>,
    )
    return new TestNetwork(options, seed, await Promise.all(keys))
  }

  /** `fetch` within this world: hand it to `createResource`. Origins nobody has are not reachable. */
  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    return answeredAt(request.url, await this.answer(request, init?.signal ?? request.signal))
  }

  private async answer(request: Request, signal: AbortSignal): Promise<Response> {
    this.fetches.push({ url: request.url, at: this.clock.now() })
    const { origin, pathname, host } = new URL(request.url)
    const here = this.issuers.get(origin)
    if (here === undefined) return this.fetchServed(origin, host, request)
    for (const issuer of here) {
      const granted = answerIssuerEndpoint(this, issuer, request)
      if (granted !== undefined) return granted
      const response = await issuer.answer(pathname, signal)
      if (response.status !== 404) return response
    }
    // A resource that is its own agent provider publishes the documents of both (R11-290).
    const app = this.apps.get(host)
    return app === undefined ? new Response('', { status: 404 }) : dialing({ [origin]: app })(request)
  }

  /** An app that is served under the origin, whose documents its counterparts read. */
  private async fetchServed(origin: string, host: string, request: Request): Promise<Response> {
    const url = this.servedAt(host)
    if (url !== undefined && origin.startsWith('https:')) return dialing({ [origin]: url })(request)
    if (this.elsewhere === undefined) throw new TypeError('fetch failed')
    return this.elsewhere(request)
  }

  /** Registers one more issuer. Several roles on one origin publish one key set, that of the first. */
  async issuer(role: IssuerRole, id: string, alg: Algorithm = 'Ed25519'): Promise<TestIssuer> {
    return this.add(role, id, await firstKey(this.seed, id, alg))
  }

  async agent({
    name = 'planner',
    runtime,
    provider,
    personServer,
    alg = 'Ed25519',
  }: AgentOptions = {}): Promise<Agent> {
    const who = runtime === undefined ? name : `${name} ${runtime}`
    const key = await makeKey(`${this.seed} agent ${who}`, `agent-${name}`, alg)
    const person = personServer === null ? undefined : (personServer ?? this.personServer)
    return new Agent(this, name, provider ?? this.agentProvider, person, key, this.personServer)
  }

  /**
   * Serves an app on loopback until {@link close}. {@link Agent.fetch} dials it for requests to `origin`; default the
   * resource. Of several apps under one origin the last is dialled.
   */
  async listen(app: RequestListener, origin: string = this.resource): Promise<Listening> {
    const server = await listen(app)
    this.listening.push(server)
    this.served.set(new URL(origin).host, server.url)
    this.apps.set(new URL(origin).host, server.url)
    return server
  }

  /** Where the app of an authority is served, as `http://127.0.0.1:PORT`. */
  servedAt(authority: string): string | undefined {
    return this.served.get(authority.toLowerCase())
  }

  /**
   * Serves the documents and token endpoints of every issuer made so far on loopback, each on a port of its own, until
   * {@link close}; agents and issuers then dial them.
   * They misbehave, rotate and are logged as they are in process.
   */
  async serveIssuers(): Promise<ServedIssuers> {
    const origins: Record<string, string> = {}
    for (const id of this.issuers.keys()) {
      const server = await listen(publishing(id, this.fetch))
      this.listening.push(server)
      origins[id] = server.url
      this.served.set(new URL(id).host, server.url)
    }
    return { origins, fetch: dialing(origins) }
  }

  /** Closes what {@link listen} and {@link serveIssuers} opened. */
  async close(): Promise<void> {
    this.served.clear()
    this.apps.clear()
    await Promise.all(this.listening.splice(0).map((server) => server.close()))
  }

  /** A `jti` nobody had before. */
  nextId(): string {
    if (this.ids === 'random') return crypto.randomUUID()
    this.counted += 1
    return `id-${this.counted}`
  }

  private add(role: IssuerRole, id: string, key: TestIssuer['key']): TestIssuer {
    const issuer = new TestIssuer(this, role, id, key)
    this.issuers.set(id, [...(this.issuers.get(id) ?? []), issuer])
    return issuer
  }
}

/**
 * Makes an AAuth world: an agent provider, a person server, an access server, a clock, and agents that sign.
 *
 * @example
 * ```ts
 * import { authorize, createResource, personKey } from '@aauth-guard/core'
 * import { createTestNetwork, toSignedRequest } from '@aauth-guard/testing'
 *
 * const net = await createTestNetwork({ resource: 'https://notes.example' })
 * const resource = createResource({ issuer: net.resource, trust: 'any', fetch: net.fetch, now: net.clock.now })
 * const agent = await net.agent()
 * const message = await agent.sign('https://notes.example/notes', {}, { token: await agent.authToken() })
 * const person = personKey(await authorize(resource, toSignedRequest(message)))
 * ```
 */
export function createTestNetwork(options: NetworkOptions = {}): Promise<TestNetwork> {
  return TestNetwork.make(options)
}
