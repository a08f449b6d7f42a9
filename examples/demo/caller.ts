import { createHash } from 'node:crypto'
import type {
  Agent,
  AgentRequest,
  CallOptions,
  ProposedMission,
  SignOptions,
  TestIssuer,
} from '@aauth-guard/testing'
import type { Facts, Outcome } from './play.ts'
import { factsOf, send, watch, whoAsked } from './send.ts'
import type { Stage } from './stage.ts'
import { isBoundTo, resourceTokenOf } from './tokens.ts'
import { hostOf } from './window.ts'

type Endpoint = 'person_token_endpoint' | 'auth_token_endpoint' | 'token_endpoint'

/** The note that is added everywhere, with its body under the signature. */
export const note: AgentRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"text":"buy milk"}',
}

/** Where an agent stands when it is left to itself. */
export interface Footing {
  /** What it shows first; default what leads it to all others. */
  readonly token?: string
  /** The mission it acts in. */
  readonly mission?: SignOptions['mission']
  /** Has the person decide at the page of an API that asks. */
  readonly onInteraction?: CallOptions['onInteraction']
}

/** An agent, and what it has been given on its way. */
export class Caller {
  readonly agent: Agent
  /** What it is called in the story. */
  readonly name: string
  readonly held = { agentToken: '', personToken: '', resourceToken: '', authToken: '' }
  /** What an API that decides later has given it: where to poll, the code for the person, and the session value. */
  readonly deferred = { pendingUrl: '', code: '', session: '' }
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

  /** Asks an API that asks its own customers; `headers` are what matters beside the token. */
  async ask(url: string, token: string, headers: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    // A poll that is like the last one would be a replay.
    const params = { nonce: this.stage.net.nextId() }
    return this.send(url, { headers }, { token, params }, [...Object.keys(headers), 'signature-key'])
  }

  /** Posts JSON under the signature. A resource token in the answer is kept. */
  async postJson(url: string, content: object, token: string): Promise<Outcome> {
    const request = { ...note, body: JSON.stringify(content) }
    return this.send(url, request, { token, digest: true }, ['content-digest', 'signature-key'])
  }

  /** Posts without content. A resource token in the answer is kept. */
  async post(url: string, options: SignOptions): Promise<Outcome> {
    // The same twice in a second would be a replay.
    const params = { nonce: this.stage.net.nextId() }
    return this.send(url, { method: 'POST' }, { ...options, params }, ['aauth-mission', 'signature-key'])
  }

  /** Proposes a mission to its person server; the person is given the code, and agrees. */
  async propose(description: string): Promise<Outcome & { readonly mission: ProposedMission }> {
    const { agent, stage } = this
    const codes: string[] = []
    const interact = ({ code }: { readonly code: string }): Promise<void> => {
      codes.push(`${code.slice(0, 4)}-${code.slice(4)}`)
      return (agent.personServer as TestIssuer).missions.approve(code)
    }
    const { result: mission, passages } = await watch(stage, () =>
      agent.proposeMission({ description }, { interact }),
    )
    const digest = createHash('sha256').update(mission.blob).digest('base64url')
    const record = JSON.parse(new TextDecoder().decode(mission.blob)) as Facts
    const [proposal, ...others] = passages
    if (proposal === undefined) throw new Error('the proposal went to nobody')
    const sent = [`POST ${hostOf(proposal)}${proposal.message.target}`, `description: ${description}`]
    const asked = whoAsked([proposal, ...others], `the ${this.name}`)
    const facts = {
      ...(JSON.parse(JSON.stringify(asked).replace(/(pending)\/[\w-]+/g, '$1/…')) as Facts),
      record: { agent: record.agent, description: record.description },
      's256 is the digest of the record': digest === mission.s256,
    }
    return { sent, facts, aside: [`Ada’s code: ${codes.join(', ')}`], mission }
  }

  /** Asks its person server for a person token, to be shown to one API. */
  async askForPersonToken(
    resource: string,
    more: { readonly mission_s256?: string; readonly upstream_token?: string } = {},
  ): Promise<Outcome> {
    const { token, ...outcome } = await this.askServer('person_token_endpoint', { resource, ...more })
    this.held.personToken = token
    return outcome
  }

  /** Carries the resource token to its person server, with the token that the API was shown. */
  async carry(presented: string): Promise<Outcome> {
    const { token, ...outcome } = await this.askServer('auth_token_endpoint', {
      resource_token: this.held.resourceToken,
      presented_token: presented,
    })
    this.held.authToken = token
    return outcome
  }

  /** The same in drafts 01 to 10, where nothing but the resource token is handed over. */
  async carryAlone(): Promise<Outcome> {
    const { token, ...outcome } = await this.askServer('token_endpoint', {
      resource_token: this.held.resourceToken,
    })
    this.held.authToken = token
    return outcome
  }

  /** Leaves every step to the agent; what it did by itself is told by those who watched the wire. */
  async byItself(
    url: string,
    request: AgentRequest,
    { token, mission, onInteraction }: Footing = {},
  ): Promise<Outcome> {
    const {
      result: response,
      passages,
      log,
    } = await watch(this.stage, async () => {
      const digest = request.body !== undefined
      const options = {
        digest,
        ...(token && { token }),
        ...(mission && { mission }),
        ...(onInteraction && { onInteraction }),
      }
      const outcome = await this.agent.call(url, request, options)
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
    const { deferred } = this
    deferred.pendingUrl = response.headers.get('location') ?? deferred.pendingUrl
    deferred.code = /code="([^"]+)"/.exec(response.headers.get('aauth-requirement') ?? '')?.[1] ?? ''
    deferred.session = response.headers.get('aauth-access') ?? deferred.session
    return outcome
  }

  private async askServer(
    endpoint: Endpoint,
    body: Readonly<Record<string, string>>,
  ): Promise<Outcome & { readonly token: string }> {
    const { agent, stage, held } = this
    const document = await stage.fetch(`${agent.personServer?.id}/.well-known/aauth-person.json`)
    const { [endpoint]: at = '' } = (await document.json()) as Readonly<Record<string, string>>
    const asking = { ...note, body: JSON.stringify(body) }
    held.agentToken ||= await agent.agentToken()
    const params = { nonce: stage.net.nextId() }
    const message = await agent.sign(at, asking, { token: held.agentToken, digest: true, params })
    const { response, ...outcome } = await send(stage, message, ['signature-key'])
    const given = (await response.json()) as { auth_token?: string; person_token?: string }
    const token = given.auth_token ?? given.person_token
    if (token === undefined) return { ...outcome, token: '' }
    const facts: Facts = { ...outcome.facts, 'bound to the agent’s key': await isBoundTo(token, agent) }
    return { ...outcome, facts, token }
  }
}
