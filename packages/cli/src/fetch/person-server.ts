import type { VerifiedResourceToken } from '@aauth-guard/core/exchange'
import { shown } from '../terminal/shown.ts'
import { isOnOrigin } from './address.ts'
import type { Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import { FetchFailure } from './failure.ts'
import type { Credential, Outgoing } from './outgoing.ts'
import type { Pending } from './pending.ts'
import { readProblem } from './problem.ts'
import { readJsonObject } from './read-json.ts'
import { remedyFor } from './remedies.ts'
import { readRequirement } from './requirement.ts'
import { fieldOf, type Received } from './send.ts'
import type { Trace } from './trace.ts'

/** How requests are sent, waited for and shown. */
export interface Ways {
  readonly caller: Caller
  readonly pending: Pending
  readonly clock: Clock
  readonly trace: Trace
}

/** The agent's own person server, the only one that it asks for tokens. */
export class PersonServer {
  readonly id: string
  readonly #agent: Credential
  readonly #caller: Caller
  readonly #pending: Pending
  readonly #clock: Clock
  readonly #trace: Trace
  #metadata: Readonly<Record<string, unknown>> | undefined

  constructor(id: string, agent: Credential, { caller, pending, clock, trace }: Ways) {
    this.id = id
    this.#agent = agent
    this.#caller = caller
    this.#pending = pending
    this.#clock = clock
    this.#trace = trace
  }

  /** A token that says to `resource` for whom the agent acts (draft 11 §7.1). */
  async personToken(resource: string, mission: string | undefined): Promise<string> {
    this.#trace.explain(`  Asks the person server for a person token for ${resource}.`)
    const body = { resource, ...(mission !== undefined && { mission_s256: mission }) }
    return tokenIn(await this.#ask('person_token_endpoint', body, 'person token'), 'person_token')
  }

  /** An auth token for what a verified resource token asks for (draft 11 §7.2; drafts 01 to 10). */
  async authToken(text: string, asked: VerifiedResourceToken, presented: Credential): Promise<string> {
    const scopes = asked.scopes.map((scope) => shown(scope, 64)).join(' ')
    this.#trace.explain(`  The resource token is right; asks the person server for the scopes ${scopes}.`)
    // Forwarded as it is (R11-167).
    const hint = asked.loginHint === undefined ? {} : { login_hint: asked.loginHint }
    const [endpoint, body] =
      asked.generation === 'person-token'
        ? ['auth_token_endpoint', { resource_token: text, presented_token: presented.token, ...hint }]
        : ['token_endpoint', { resource_token: text }]
    return tokenIn(await this.#ask(endpoint, body, 'auth token'), 'auth_token')
  }

  /** Proposes a mission and waits for the person. @returns its digest */
  async proposeMission(description: string): Promise<string> {
    this.#trace.explain('  Proposes the mission to the person server.')
    const received = await this.#ask('mission_endpoint', { description }, 'mission')
    const [, older] = /;\s*s256="([^"]*)"/.exec(fieldOf(received, 'aauth-mission') ?? '') ?? []
    const { s256 = older, mission } = readJsonObject(received)
    // In draft 11 the record is a member of the answer, before it was the answer itself.
    const record = typeof mission === 'string' ? Buffer.from(mission, 'base64url') : received.body
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(record))
    if (typeof s256 !== 'string' || Buffer.from(digest).toString('base64url') !== s256)
      throw new FetchFailure(`${this.id} approved a mission whose digest it does not give`)
    this.#trace.say(`Mission ${s256}`)
    return s256
  }

  /** @throws {FetchFailure} where it does not grant what is asked for */
  async #ask(member: string, body: object, what: string): Promise<Received> {
    const content = new TextEncoder().encode(JSON.stringify(body))
    const headers = [
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
    ] as const
    let outgoing: Outgoing = {
      method: 'POST',
      url: await this.#endpoint(member, what),
      headers,
      body: content,
    }
    for (;;) {
      const received = await this.#caller.ask(outgoing, this.#agent)
      if (received.status === 200) return received
      const next = await this.#pending.next(received, readRequirement(received))
      if (next === undefined) throw this.#refused(received, what)
      outgoing = next
    }
  }

  async #endpoint(member: string, what: string): Promise<URL> {
    this.#metadata ??= readJsonObject(
      await this.#caller.get(new URL(`${this.id}/.well-known/aauth-person.json`)),
    )
    const endpoint = this.#metadata[member]
    if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
      throw new FetchFailure(`the person server ${this.id} publishes no ${member}, so it gives no ${what}`)
    const url = new URL(endpoint)
    if (!isOnOrigin(url, this.id))
      throw new FetchFailure(
        `the ${member} of ${this.id} is "${shown(endpoint, 256)}", which is not on its origin: nothing was sent there`,
      )
    return url
  }

  #refused(received: Received, what: string): FetchFailure {
    const problem = readProblem(received, this.#clock.now())
    const { code, detail } = problem
    const said = [code, detail].filter((text) => text !== undefined).map((text) => shown(text, 512))
    return new FetchFailure(
      `the person server gave no ${what}: ${[received.status, ...said].join(' ')}`,
      remedyFor(problem),
    )
  }
}

function tokenIn(received: Received, member: string): string {
  const token = readJsonObject(received)[member]
  if (typeof token !== 'string' || !/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token))
    throw new FetchFailure(`${received.url.origin} answered 200 without a ${member}`)
  return token
}
