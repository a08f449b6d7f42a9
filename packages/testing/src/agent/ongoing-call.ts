import type { World } from '../world/world.ts'
import type { AskedRequirement } from './asked-requirement.ts'
import type { CallOptions } from './call-options.ts'
import type { AgentRequest, FetchOptions, SigningAgent } from './requests.ts'
import type { SessionValues } from './session-values.ts'
import { TokenExchange } from './token-exchange.ts'

/** A resource that keeps asking for tokens is left alone after so many. */
const maxExchanges = 5

/** What a call is made of. */
export interface CallTerms {
  readonly net: World
  readonly agent: SigningAgent
  readonly url: string
  readonly options: CallOptions
  readonly sessions: SessionValues
}

/** A call that has not come to an end: its token, and what the resource has asked for. */
export class OngoingCall {
  readonly terms: CallTerms
  /** The requirement that each answer stated. */
  readonly challenges: string[] = []
  polls = 0
  readonly #origin: string
  readonly #exchange: TokenExchange
  #token: string
  #exchanges = 0

  private constructor(terms: CallTerms, agentToken: string) {
    const { net, agent, url, options } = terms
    const { upstream, mission, token = agentToken } = options
    this.terms = terms
    this.#origin = new URL(url).origin
    this.#token = token
    this.#exchange = new TokenExchange(net, agent, { url, agentToken, upstream, mission: mission?.s256 })
  }

  static async begin(terms: CallTerms): Promise<OngoingCall> {
    return new OngoingCall(terms, await terms.agent.agentToken())
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

  /** Sends the call. @param isRepeated whether the same signature was sent before */
  send(request: AgentRequest, isRepeated: boolean): Promise<Response> {
    const { net, url, options: given } = this.terms
    const {
      token: _,
      upstream,
      onInteraction,
      onClarification,
      callback,
      pause,
      mission,
      access,
      ...options
    } = given
    const params = isRepeated ? { params: { ...options.params, nonce: net.nextId() } } : {}
    return this.#fetch(url, request, { ...options, ...this.#session(request), ...params })
  }

  /** Sends a request to a pending URL, which has none of the fields and content of the call. */
  sendToPending(url: string, request: AgentRequest, digest: boolean): Promise<Response> {
    const { net, options } = this.terms
    const { cover = [], via, label } = options
    return this.#fetch(url, request, {
      ...(via !== undefined && { via }),
      ...(label !== undefined && { label }),
      cover: cover.filter((name) => name.startsWith('@')),
      digest,
      // The clock may stand, and the same signature twice is a replay.
      params: { nonce: net.nextId() },
    })
  }

  async #fetch(url: string, request: AgentRequest, options: Omit<FetchOptions, 'token'>): Promise<Response> {
    const { agent, sessions } = this.terms
    const response = await agent.fetch(url, request, { ...options, ...this.#asserted(), token: this.#token })
    sessions.remember(this.#origin, response)
    return response
  }

  /** Beside an auth token a session is ignored: two authorities are never added. */
  #session({ headers = {} }: AgentRequest): Pick<FetchOptions, 'access'> {
    const { options, sessions } = this.terms
    const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
    const access = options.access ?? (hasOwn ? undefined : sessions.at(this.#origin))
    return access === undefined || isAuthToken(this.#token) ? {} : { access }
  }

  /** Draft 11 has no AAuth-Mission: what its tokens name is the mission. */
  #asserted(): Pick<FetchOptions, 'mission'> {
    const { mission } = this.terms.options
    return mission === undefined || this.challenges.includes('person-token') ? {} : { mission }
  }
}

/** By its header alone. A token that cannot be read is not one. */
function isAuthToken(token: string): boolean {
  try {
    const [header = ''] = token.split('.', 1)
    return JSON.parse(atob(header.replaceAll('-', '+').replaceAll('_', '/'))).typ === 'aa-auth+jwt'
  } catch {
    return false
  }
}
