import { type Agent, type AgentRequest, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import { parseDictionary } from 'structured-headers'
import { type RunningTarget, serveIssuers, startTarget } from './running-target.ts'
import { api } from './target-world.ts'

/** An example key, for tests alone. */
export const sealingKeys = [{ kid: 'a', key: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }]

/** Header fields of an agent that can show a code and answers questions. */
export const capable = { 'aauth-capabilities': 'interaction, clarification' }

/** What a suite sends. */
export interface Sending extends AgentRequest {
  readonly agent?: Agent
  /** The value of a session. */
  readonly session?: string | undefined
  /** Default the target of the world. */
  readonly via?: RunningTarget
}

/** What the control port says. */
export interface Told {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is for tests to say
  readonly body: any
}

/** A running target that manages access, and what a suite does with it. */
export interface ManagedWorld {
  readonly net: TestNetwork
  /** Who sends. */
  readonly agent: Agent
  readonly target: RunningTarget
  /** From now on another agent sends, for which nobody has decided anything. */
  replaceAgent(): Promise<void>
  /** Sends a signed request once. Content is covered by a digest. */
  send(token: string, path: string, sending?: Sending): Promise<Response>
  /** Polls a pending URL after a second has passed. */
  poll(token: string, location: string, sending?: Sending): Promise<Response>
  /** Status and content of `POST /control/{name}`. */
  control(name: string, content?: object, via?: RunningTarget): Promise<Told>
  /** Starts another target with the same configuration, which ends with the world. */
  another(): Promise<RunningTarget>
  /** Sets the clocks of target and agents forward. */
  pass(seconds: number): Promise<void>
  end(): Promise<void>
}

export async function startManaged(config: object): Promise<ManagedWorld> {
  const net = await createTestNetwork({ resource: api })
  let agent = await net.agent()
  const { origins, close } = await serveIssuers(net.agentProvider, net.personServer)
  const given = {
    issuer: api,
    trust: 'any',
    scopes: { 'data.read': 'Read your data', 'data.write': 'Change your data' },
    defaultScope: 'data.read',
    origins,
    managed: { sealingKeys },
    ...config,
  }
  const target = await startTarget(given)
  const targets = [target]
  let agents = 0
  let nonces = 0
  const send: ManagedWorld['send'] = (
    token,
    path,
    { agent: sender = agent, session, via = target, ...request } = {},
  ) => {
    nonces += 1
    const authorization = session === undefined ? {} : { authorization: `AAuth ${session}` }
    const headers = { ...request.headers, ...authorization }
    return sender.fetch(
      `${api}${path}`,
      { ...request, headers },
      {
        token,
        via: via.url,
        params: { nonce: `${nonces}` },
        ...(request.body !== undefined && { digest: true }),
      },
    )
  }
  const control: ManagedWorld['control'] = async (name, content = {}, via = target) => {
    const response = await fetch(`${via.control}/control/${name}`, {
      method: 'POST',
      body: JSON.stringify(content),
    })
    return { status: response.status, body: await response.json() }
  }
  const pass = async (seconds: number): Promise<void> => {
    const { body } = await control('clock', { advance: seconds })
    net.clock.set(body.now)
  }
  return {
    net,
    get agent() {
      return agent
    },
    target,
    async replaceAgent() {
      agents += 1
      agent = await net.agent({ name: `agent-${agents}` })
    },
    send,
    control,
    pass,
    async poll(token, location, sending) {
      await pass(1)
      return send(token, new URL(location).pathname, sending)
    },
    async another() {
      const other = await startTarget(given)
      targets.push(other)
      return other
    },
    async end() {
      for (const { process } of targets) process.kill('SIGTERM')
      await Promise.all([...targets.map(({ ended }) => ended), close()])
    },
  }
}

/** The parameters of `AAuth-Requirement`, and its own name as `requirement`. */
export function requirementOf({ headers }: Response): Readonly<Record<string, string>> {
  const field = parseDictionary(headers.get('aauth-requirement') ?? '').get('requirement')
  const [name, params] = field ?? []
  return { requirement: `${name}`, ...Object.fromEntries((params as Map<string, string>) ?? []) }
}
