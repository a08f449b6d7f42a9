import type { Grant, TestIssuer, TokenChanges } from '../issuer/issuer.ts'
import type { MissionProposal } from '../issuer/missions.ts'
import { mistakeNamed } from '../signing/agent-mistakes.ts'
import { base64, sha256, type TestKey } from '../signing/keys.ts'
import { type Component, type Draft, protocolOf, type SignedMessage, signDraft } from '../signing/sign.ts'
import { toRequest } from '../signing/signed-request.ts'
import { dial } from '../world/dial.ts'
import type { World } from '../world/world.ts'
import { answerChallenges, type CallOutcome } from './call.ts'
import type { CallOptions } from './call-options.ts'
import { type AskOptions, completeMission, type ProposedMission, proposeMission } from './propose-mission.ts'
import type { AgentRequest, FetchOptions, SignOptions } from './requests.ts'
import { SessionValues } from './session-values.ts'

type ToSign<Options> =
  | readonly [url: string, request: AgentRequest, options: Options]
  | readonly [request: Request, options: Options]

/** An agent with its key. */
export class Agent {
  /** Agent identifier, `aauth:name@host`. */
  readonly id: string
  readonly provider: TestIssuer
  readonly personServer: TestIssuer | undefined
  readonly key: TestKey
  private readonly net: World
  private readonly sessions = new SessionValues()
  /** Issues where the agent has no person server of its own. */
  private readonly defaultIssuer: TestIssuer | undefined

  constructor(
    net: World,
    name: string,
    provider: TestIssuer,
    personServer: TestIssuer | undefined,
    key: TestKey,
    defaultIssuer: TestIssuer | undefined = personServer,
  ) {
    this.net = net
    this.defaultIssuer = defaultIssuer
    this.id = `aauth:${name}@${new URL(provider.id).host}`
    this.provider = provider
    this.personServer = personServer
    this.key = key
  }

  /** A token of its agent provider. */
  agentToken(changes?: TokenChanges): Promise<string> {
    return this.provider.agentToken(this, changes)
  }

  /** A token of its person server. */
  personToken(grant?: Grant): Promise<string> {
    return this.person().personToken(this, grant)
  }

  /** An auth token of its person server, or of `issuer`. */
  authToken(grant?: Grant, issuer: TestIssuer = this.person()): Promise<string> {
    return issuer.authToken(this, grant)
  }

  /**
   * The session value that {@link call} sends to an origin: the newest one that an answer gave it there in `AAuth-Access`.
   * It is kept for 100 origins. Other agents, and this one with another key, have values of their own.
   *
   * @returns `undefined` if there is none
   * @throws {TypeError} for what is not a URL
   * @see draft 11 §6.3
   * @example
   * ```ts
   * import { createTestNetwork } from '@aauth-guard/testing'
   *
   * const net = await createTestNetwork()
   * const agent = await net.agent()
   * await agent.call(`${net.resource}/session`, { method: 'POST' })
   * const access = agent.sessionAt(net.resource) ?? ''
   * // One explicit request sends what it is given.
   * await agent.fetch(`${net.resource}/notes`, {}, { token: await agent.agentToken(), access })
   * ```
   */
  sessionAt(origin: string): string | undefined {
    return this.sessions.at(new URL(origin).origin)
  }

  /** Signs a request to `url`, whose path and query go over the wire as they are written. */
  sign(url: string, request: AgentRequest, options: SignOptions): Promise<SignedMessage>
  /** Signs a web `Request`, whose URL was already normalised by its parser. */
  sign(request: Request, options: SignOptions): Promise<SignedMessage>
  async sign(...given: ToSign<SignOptions>): Promise<SignedMessage> {
    const { url, request, options } = await readArguments(given)
    const { draft: misdraft, wire } = mistakeNamed(options.mistake)
    const draft = await this.draft(url, request, options)
    const message = await signDraft(misdraft ? await misdraft(draft, this.net.clock.now()) : draft)
    return wire ? wire(message) : message
  }

  /**
   * Calls `url` as {@link call} does, and resolves with the last answer alone: challenge, person token, resource token,
   * auth token, and the call again.
   */
  fetch(url: string, request?: AgentRequest): Promise<Response>
  /**
   * Signs a request to `url` with the token that is named and sends it, once: to the app that `listen` of the network serves under the authority of
   * `url`, else to the issuers of the network.
   * @param options.via where to dial instead, as `http://127.0.0.1:PORT`; `Host` still names the authority of `url`
   */
  fetch(url: string, request: AgentRequest, options: FetchOptions): Promise<Response>
  fetch(request: Request, options: FetchOptions): Promise<Response>
  async fetch(
    ...given: ToSign<FetchOptions> | readonly [url: string, request?: AgentRequest | undefined]
  ): Promise<Response> {
    if (isCall(given)) return (await this.call(...given)).response
    const { url, request, options } = await readArguments(given)
    const message = await this.sign(url, request, options)
    const via = options.via ?? this.net.servedAt(cut(url).authority)
    return via === undefined ? this.net.fetch(toRequest(message)) : dial(via, message)
  }

  /**
   * Calls `url` and meets what the resource asks for, step by step, from the agent token to an auth token of its
   * person server or of the access server: drafts 01 to 10 and draft 11.
   *
   * It follows 202 responses as well. It polls the pending URL with signed requests until the response is final, calls
   * `onInteraction` and `onClarification` when the resource asks for that, and redeems the resource token of a held call.
   * After a person has agreed, it sends the call again. A final refusal is the response of the outcome: 403 `denied`,
   * `abandoned` or `revoked`, 408 `expired`, 410. After 429 and 503 it waits and polls again.
   *
   * Beside agent and person tokens it sends the newest session value that the resource gave it ({@link sessionAt}).
   *
   * A call gets five tokens at most, is polled 1000 times, answers ten questions, and is sent again five times after
   * somebody has agreed. Then the last response is the outcome.
   *
   * @throws {ExchangeError} for a resource token or auth token that an agent must not use
   * @throws {TokenRefused} when a server gives no token
   * @throws {PendingUrlError} for a pending URL of another origin, to which nothing is sent
   * @see draft 11 §6, §7.5, §11.8
   * @example
   * ```ts
   * import { createTestNetwork } from '@aauth-guard/testing'
   *
   * declare function decide(page: string): Promise<void>
   *
   * const net = await createTestNetwork()
   * const agent = await net.agent()
   * const { response, challenges, polls } = await agent.call(
   *   `${net.resource}/notes`,
   *   {},
   *   {
   *     onInteraction: ({ page }) => decide(page),
   *     onClarification: (question) => (question.includes('Which') ? 'All of them.' : undefined),
   *     pause: (seconds) => net.clock.advance(seconds),
   *   },
   * )
   * console.log(response.status, challenges, polls) // 200 ['interaction', 'clarification'] 2
   * ```
   */
  call(url: string, request: AgentRequest = {}, options: CallOptions = {}): Promise<CallOutcome> {
    return answerChallenges({ net: this.net, agent: this, url, options, sessions: this.sessions }, request)
  }

  /**
   * Proposes a mission to its person server and waits until the person has agreed (draft 11 §8.2).
   *
   * @throws {TokenRefused} `denied` where they do not
   * @example
   * ```ts
   * import { createTestNetwork } from '@aauth-guard/testing'
   *
   * const net = await createTestNetwork()
   * const agent = await net.agent()
   * const { missions } = net.personServer
   * const mission = await agent.proposeMission(
   *   { description: 'Sort the notes' },
   *   { interact: ({ code }) => missions.approve(code) },
   * )
   * await missions.end(mission.s256)
   * ```
   */
  proposeMission(proposal: MissionProposal, options: AskOptions = {}): Promise<ProposedMission> {
    return proposeMission(this.net, this, proposal, options)
  }

  /** Says that a mission is done, and waits until the person has seen it (draft 11 §8.5). @throws {TokenRefused} */
  completeMission(s256: string, summary: string, options: AskOptions = {}): Promise<void> {
    return completeMission(this.net, this, s256, summary, options)
  }

  private async draft(url: string, request: AgentRequest, options: SignOptions): Promise<Draft> {
    const { authority, target } = cut(url)
    const body = typeof request.body === 'string' ? new TextEncoder().encode(request.body) : request.body
    const headers: [string, string][] = Object.entries(request.headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ])
    if (options.digest)
      headers.push(['content-digest', `sha-256=:${base64(await sha256(body ?? new Uint8Array()))}:`])
    if (options.access !== undefined) {
      if (headers.some(([name]) => name === 'authorization'))
        throw new TypeError('the request has "Authorization" already: leave it out, or leave out "access"')
      headers.push(['authorization', `AAuth ${options.access}`])
    }
    if (options.mission) {
      headers.push([
        'aauth-mission',
        `approver="${options.mission.approver}"; s256="${options.mission.s256}"`,
      ])
    }
    const present = new Set(headers.map(([name]) => name))
    const covered = ['@method', '@authority', '@path', 'signature-key', ...(options.cover ?? [])]
    if (options.digest)
      covered.push('content-digest', ...(present.has('content-type') ? ['content-type'] : []))
    for (const name of ['authorization', 'aauth-mission']) if (present.has(name)) covered.push(name)
    return {
      method: request.method ?? 'GET',
      protocol: protocolOf(url),
      authority,
      target,
      headers,
      label: options.label ?? 'sig',
      components: [...new Set(covered)].map((name): Component => ({ name })),
      params: { created: options.created ?? this.net.clock.now(), ...options.params },
      scheme: 'jwt',
      schemeParams: { jwt: options.token },
      key: this.key,
      ...(body && { body }),
    }
  }

  private person(): TestIssuer {
    const issuer = this.personServer ?? this.defaultIssuer
    if (issuer === undefined) throw new Error('the agent has no person server to ask')
    return issuer
  }
}

/** Without a token it is the agent that sees to it. */
function isCall<Options>(
  given: ToSign<Options> | readonly [url: string, request?: AgentRequest | undefined],
): given is readonly [url: string, request?: AgentRequest | undefined] {
  return typeof given[0] === 'string' && given.length < 3
}

async function readArguments<Options>(
  given: ToSign<Options>,
): Promise<{ url: string; request: AgentRequest; options: Options }> {
  if (given.length === 3) return { url: given[0], request: given[1], options: given[2] }
  const [web, options] = given
  const { method, headers, body } = web
  const content = body === null ? {} : { body: new Uint8Array(await web.clone().arrayBuffer()) }
  const [url = ''] = web.url.split('#', 1)
  return { url, request: { method, headers: Object.fromEntries(headers), ...content }, options }
}

function cut(url: string): { authority: string; target: string } {
  const [, authority = '', target = ''] = /^https?:\/\/([^/?#]+)(.*)$/.exec(url) ?? []
  return { authority, target: target.startsWith('/') ? target : `/${target}` }
}
