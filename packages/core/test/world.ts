import {
  type AAuthError,
  type AnyRequirement,
  type Auth,
  authorize,
  createResource,
  type DecisionEvent,
  isAAuthError,
  type Resource,
  type ResourceOptions,
} from '@aauth-guard/core'
import {
  type Agent,
  type AgentRequest,
  createTestNetwork,
  type SignOptions,
  type TestNetwork,
  toSignedRequest,
} from '@aauth-guard/testing'

/** The second at which the clock of a {@link World} stands. */
export const now = 1_790_000_000

/** The trust of an operator who believes the person server of the world about the agents that its tokens name. */
export const listed = { agentProviders: 'any', personServers: ['https://ps.example'] } as const

/** How one call is made: what is sent, how it is signed, what the route requires. */
export interface Call extends AgentRequest, Omit<SignOptions, 'token'> {
  /** Default `https://notes.example/notes`. */
  readonly url?: string
  readonly requirement?: AnyRequirement
}

/** A network, one agent in it, and a resource that knows it. Keys and time are fixed. */
export interface World {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly resource: Resource
  /** Every refusal that the resource reported. */
  readonly refusals: AAuthError[]
  /** Signs a request with `token` and resolves with what `authorize` finds. */
  call(token: string, call?: Call): Promise<Auth>
  /** The refusal of a call that must be refused. */
  refusal(token: string, call?: Call): Promise<AAuthError>
}

export async function makeWorld(options: Partial<ResourceOptions> = {}): Promise<World> {
  const net = await createTestNetwork({ now, seed: 'world' })
  const agent = await net.agent()
  const refusals: AAuthError[] = []
  const all = {
    issuer: net.resource,
    trust: 'any' as const,
    fetch: net.fetch,
    now: net.clock.now,
    onDecision: (_: DecisionEvent, refusal: AAuthError | undefined) =>
      void (refusal && refusals.push(refusal)),
    ...options,
  }
  // Without the `fetch` of the network, the resource has that of its platform.
  const { fetch, ...others } = all
  const resource = createResource(fetch === undefined ? others : all)
  const call: World['call'] = async (
    token,
    { url = `${net.resource}/notes`, requirement, ...signing } = {},
  ) => {
    const message = await agent.sign(url, signing, { ...signing, token })
    return authorize(resource, toSignedRequest(message), requirement as never)
  }
  const refusal: World['refusal'] = async (token, how) => {
    const outcome = await call(token, how).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (isAAuthError(outcome)) return outcome
    throw outcome ?? new Error('the call was accepted')
  }
  return { net, agent, resource, refusals, call, refusal }
}
