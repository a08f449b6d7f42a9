import { createIssuers, type Issuers, verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import type { World } from '../world/world.ts'
import type { AskedRequirement } from './asked-requirement.ts'
import type { SigningAgent } from './requests.ts'

/** A server that gave no token, or none that the agent could use. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
  readonly status: number
  /** `error` of the answer, if it had one. */
  readonly code: string | undefined

  constructor(endpoint: string, status: number, code: string | undefined) {
    super(`${endpoint} answered ${status}${code === undefined ? '' : ` ${code}`}`)
    this.status = status
    this.code = code
  }
}

/** For whom an agent gets tokens. */
export interface ExchangeTerms {
  /** The URL that is called. */
  readonly url: string
  readonly agentToken: string
  readonly upstream: string | undefined
  /** The digest of the mission that the agent asserts. */
  readonly mission: string | undefined
}

const issuersOf = new WeakMap<World, Issuers>()

/**
 * Gets the tokens that a resource asks for: fetches a person token, or redeems the resource token it is given, once it has
 * verified it as an agent does (draft 11 §6.7.3, §9.4.4; AG11).
 */
export class TokenExchange {
  readonly #net: World
  readonly #agent: SigningAgent
  readonly #terms: ExchangeTerms
  readonly #issuers: Issuers

  constructor(net: World, agent: SigningAgent, terms: ExchangeTerms) {
    this.#net = net
    this.#agent = agent
    this.#terms = terms
    this.#issuers = keptIssuers(net)
  }

  /**
   * @param presented the token that did not suffice
   * @returns the token that was asked for; `undefined` if it is not one that the agent can get
   * @throws {ExchangeError} for a resource token or auth token that is not what it must be
   * @throws {TokenRefused}
   */
  async tokenFor({ name, resourceToken }: AskedRequirement, presented: string): Promise<string | undefined> {
    const { agentToken } = this.#terms
    if (name === 'agent-token' && presented !== agentToken) return agentToken
    if (name === 'person-token') return this.#personToken()
    if (name === 'auth-token' && resourceToken !== undefined) return this.#redeem(resourceToken, presented)
    return undefined
  }

  #personToken(): Promise<string> {
    const { url, upstream, mission } = this.#terms
    // A chain goes on under the mission of its caller (R11-294).
    const under = upstream === undefined && mission !== undefined ? { mission_s256: mission } : this.#chain()
    return this.#ask('person_token_endpoint', 'person_token', { resource: new URL(url).origin, ...under })
  }

  async #redeem(resourceToken: string, presented: string): Promise<string> {
    const { url, agentToken } = this.#terms
    const asked = await verifyResourceToken(resourceToken, {
      role: 'agent',
      resource: new URL(url).origin,
      personServer: this.#agent.personServer?.id,
      requestKey: this.#agent.key.thumbprint,
      agentToken,
      presentedToken: presented,
      issuers: this.#issuers,
    })
    const authToken =
      asked.generation === 'person-token'
        ? await this.#ask('auth_token_endpoint', 'auth_token', {
            resource_token: resourceToken,
            presented_token: presented,
            // Forwarded as it is (R11-167).
            ...(asked.loginHint !== undefined && { login_hint: asked.loginHint }),
            ...this.#chain(),
          })
        : await this.#ask('token_endpoint', 'auth_token', { resource_token: resourceToken, ...this.#chain() })
    await verifyExchange({ resourceToken: asked, authToken, issuers: this.#issuers })
    return authToken
  }

  #chain(): { readonly upstream_token?: string } {
    const { upstream } = this.#terms
    return upstream === undefined ? {} : { upstream_token: upstream }
  }

  /** Asks the agent's own person server for a token. */
  async #ask(endpoint: string, member: string, body: object): Promise<string> {
    const { personServer } = this.#agent
    if (personServer === undefined) throw new Error('the agent has no person server to ask')
    const document = await this.#net.fetch(`${personServer.id}/.well-known/aauth-person.json`)
    const at = ((await document.json()) as Readonly<Record<string, string | undefined>>)[endpoint]
    if (at === undefined) throw new Error(`${personServer.id} has no ${endpoint}`)
    const asking = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    // The clock may stand, and the same signature twice is a replay.
    const params = { nonce: this.#net.nextId() }
    const response = await this.#agent.fetch(at, asking, {
      token: this.#terms.agentToken,
      digest: true,
      params,
    })
    const answered = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>
    const given = answered[member]
    if (response.ok && typeof given === 'string') return given
    const { error } = answered
    throw new TokenRefused(at, response.status, typeof error === 'string' ? error : undefined)
  }
}

function keptIssuers(net: World): Issuers {
  const known = net.keepsKeys ? issuersOf.get(net) : undefined
  const issuers = known ?? createIssuers({ fetch: net.fetch, now: net.clock.now })
  issuersOf.set(net, issuers)
  return issuers
}
