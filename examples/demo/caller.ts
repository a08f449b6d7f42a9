import type { Agent, AgentRequest, SignOptions } from '@aauth-guard/testing'
import type { Facts, Outcome } from './play.ts'
import { factsOf, send, watch, whoAsked } from './send.ts'
import type { Stage } from './stage.ts'
import { isBoundTo, resourceTokenOf } from './tokens.ts'

type Endpoint = 'person_token_endpoint' | 'auth_token_endpoint' | 'token_endpoint'

/** The note that is added everywhere, with its body under the signature. */
export const note: AgentRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"text":"buy milk"}',
}

/** An agent, and what it has been given on its way. */
export class Caller {
  readonly agent: Agent
  /** What it is called in the story. */
  readonly name: string
  readonly held = { agentToken: '', personToken: '', resourceToken: '', authToken: '' }
  private readonly stage: Stage

  constructor(stage: Stage, agent: Agent) {
    this.stage = stage
    this.agent = agent
    this.name = agent.id.replace(/^aauth:(.*)@.*$/, '$1')
  }

  /** Calls an API. A resource token in the answer is kept. */
  async get(url: string, options: SignOptions): Promise<Outcome> {
    return this.send(url, {}, options)
  }

  /** Adds a note. A resource token in the answer is kept. */
  async addNote(url: string, token: string): Promise<Outcome> {
    return this.send(url, note, { token, digest: true }, ['content-digest', 'signature-key'])
  }

  /** Asks its person server for a person token, to be shown to one API. */
  async askForPersonToken(resource: string): Promise<Outcome> {
    const { token, ...outcome } = await this.ask('person_token_endpoint', { resource })
    this.held.personToken = token
    return outcome
  }

  /** Carries the resource token to its person server, with the token that the API was shown. */
  async carry(presented: string): Promise<Outcome> {
    const { token, ...outcome } = await this.ask('auth_token_endpoint', {
      resource_token: this.held.resourceToken,
      presented_token: presented,
    })
    this.held.authToken = token
    return outcome
  }

  /** The same in drafts 01 to 10, where nothing but the resource token is handed over. */
  async carryAlone(): Promise<Outcome> {
    const { token, ...outcome } = await this.ask('token_endpoint', {
      resource_token: this.held.resourceToken,
    })
    this.held.authToken = token
    return outcome
  }

  /** Leaves every step to the agent; what it did by itself is told by those who watched the wire. */
  async byItself(url: string, request: AgentRequest, token?: string): Promise<Outcome> {
    const { response, passages, log } = await watch(this.stage, async () => {
      const digest = request.body !== undefined
      const outcome = await this.agent.call(url, request, { digest, ...(token && { token }) })
      this.held.authToken = outcome.token
      return outcome.response
    })
    const sent = [`${request.method ?? 'GET'} ${url.slice('https://'.length)}, and whatever it takes`]
    return { sent, facts: { ...(await factsOf(response)), ...whoAsked(passages, `the ${this.name}`) }, log }
  }

  private async send(
    url: string,
    request: AgentRequest,
    options: SignOptions,
    show?: readonly string[],
  ): Promise<Outcome> {
    const { response, ...outcome } = await send(
      this.stage,
      await this.agent.sign(url, request, options),
      show,
    )
    this.held.resourceToken = resourceTokenOf(response) ?? ''
    return outcome
  }

  private async ask(
    endpoint: Endpoint,
    body: Readonly<Record<string, string>>,
  ): Promise<Outcome & { readonly token: string }> {
    const { agent, stage, held } = this
    const document = await stage.fetch(`${agent.personServer?.id}/.well-known/aauth-person.json`)
    const { [endpoint]: at = '' } = (await document.json()) as Readonly<Record<string, string>>
    const asking = { ...note, body: JSON.stringify(body) }
    const message = await agent.sign(at, asking, { token: held.agentToken, digest: true })
    const { response, ...outcome } = await send(stage, message, ['signature-key'])
    const given = (await response.json()) as { auth_token?: string; person_token?: string }
    const token = given.auth_token ?? given.person_token
    if (token === undefined) return { ...outcome, token: '' }
    const facts: Facts = { ...outcome.facts, 'bound to the agent’s key': await isBoundTo(token, agent) }
    return { ...outcome, facts, token }
  }
}
