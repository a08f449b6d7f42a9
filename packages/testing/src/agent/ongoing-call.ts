import type { World } from '../world/world.ts'
import type { AskedRequirement } from './asked-requirement.ts'
import type { CallOptions } from './call-options.ts'
import type { FetchOptions, SigningAgent } from './requests.ts'
import { TokenExchange } from './token-exchange.ts'

/** A resource that keeps asking for tokens is left alone after so many. */
const maxExchanges = 5

/** A call that has not come to an end: its token, and what the resource has asked for. */
export class OngoingCall {
  readonly net: World
  readonly agent: SigningAgent
  readonly url: string
  readonly options: CallOptions
  /** The requirement that each answer stated. */
  readonly challenges: string[] = []
  polls = 0
  readonly #exchange: TokenExchange
  #token: string
  #exchanges = 0

  private constructor(
    net: World,
    agent: SigningAgent,
    url: string,
    options: CallOptions,
    agentToken: string,
  ) {
    this.net = net
    this.agent = agent
    this.url = url
    this.options = options
    const { upstream, mission, token = agentToken } = options
    this.#token = token
    this.#exchange = new TokenExchange(net, agent, { url, agentToken, upstream, mission: mission?.s256 })
  }

  static async begin(
    net: World,
    agent: SigningAgent,
    url: string,
    options: CallOptions,
  ): Promise<OngoingCall> {
    return new OngoingCall(net, agent, url, options, await agent.agentToken())
  }

  /** The token in use. */
  get token(): string {
    return this.#token
  }

  record(asked: AskedRequirement | undefined): void {
    if (asked !== undefined) this.challenges.push(asked.name)
  }

  /**
   * Uses the token that an answer asks for from now on.
   * @returns whether there is one
   * @throws {ExchangeError} for a resource token or auth token that is not what it must be
   * @throws {TokenRefused}
   */
  async meet(asked: AskedRequirement | undefined): Promise<boolean> {
    this.record(asked)
    if (asked === undefined || this.#exchanges === maxExchanges) return false
    this.#exchanges += 1
    const token = await this.#exchange.tokenFor(asked, this.#token)
    this.#token = token ?? this.#token
    return token !== undefined
  }

  /** How the call is signed. @param isRepeated whether the same signature was sent before */
  signing(isRepeated: boolean): FetchOptions {
    const {
      token: _,
      upstream,
      onInteraction,
      onClarification,
      callback,
      pause,
      mission,
      ...options
    } = this.options
    const params = isRepeated ? { params: { ...options.params, nonce: this.net.nextId() } } : {}
    return { ...options, ...this.#asserted(), ...params, token: this.#token }
  }

  /** How requests to a pending URL are signed, which have none of the fields and content of the call. */
  signingOfPolls(): FetchOptions {
    const { cover = [], via, label } = this.options
    return {
      ...this.#asserted(),
      ...(via !== undefined && { via }),
      ...(label !== undefined && { label }),
      cover: cover.filter((name) => name.startsWith('@')),
      // The clock may stand, and the same signature twice is a replay.
      params: { nonce: this.net.nextId() },
      token: this.#token,
    }
  }

  /** Draft 11 has no AAuth-Mission: what its tokens name is the mission. */
  #asserted(): Pick<FetchOptions, 'mission'> {
    const { mission } = this.options
    return mission === undefined || this.challenges.includes('person-token') ? {} : { mission }
  }
}
