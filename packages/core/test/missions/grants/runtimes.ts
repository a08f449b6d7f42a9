import {
  type AnyRequirement,
  type Auth,
  authorize,
  isAAuthError,
  type Mission,
  type PersonNeed,
  type Requirement,
  type ResourceOptions,
  type TokenKind,
} from '@aauth-guard/core'
import { type MissionOptions, monitorMissions } from '@aauth-guard/core/missions'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type Grant, type TestIssuer, toSignedRequest } from '@aauth-guard/testing'

/** Two missions of one person server. */
export const one = '1'.repeat(42).concat('A')
export const two = '2'.repeat(42).concat('A')
export const approver = 'https://ps.example'

/** How a runtime calls. */
export interface RuntimeCall extends Grant {
  /** Default an auth token. */
  readonly kind?: 'auth-token' | 'person-token' | 'agent-token'
  /** Who signs the auth token; default the person server of the runtime. */
  readonly issuer?: TestIssuer
  readonly requirement?: AnyRequirement
  /** What the agent asserts in `AAuth-Mission`. */
  readonly asserted?: Mission
}

/** A resource and runtimes of two agent providers, each with a key of its own. */
export interface Fleet extends World {
  readonly otherProvider: TestIssuer
  /** The same name is the same runtime, with the same key. */
  runtime(name: string, provider?: TestIssuer): Promise<Agent>
  /** What the resource finds when a runtime calls. */
  auth(runtime: Agent, call?: RuntimeCall): Promise<Auth>
  /** `200`, or the status and code of the refusal. */
  outcome(runtime: Agent, call?: RuntimeCall): Promise<string>
}

/** @param watching `null`: the resource monitors no missions */
export async function makeFleet(
  watching: MissionOptions | null = {},
  options: Partial<ResourceOptions> = {},
): Promise<Fleet> {
  const world = await makeWorld({
    trust: listed,
    ...(watching && { missions: monitorMissions(watching) }),
    ...options,
  })
  const { net, resource } = world
  const otherProvider = await net.issuer('agent-provider', 'https://other-agent.example')
  const auth: Fleet['auth'] = async (runtime, call = {}) => {
    const { kind = 'auth-token', issuer, requirement, asserted, ...grant } = call
    const token = await {
      'agent-token': () => runtime.agentToken(),
      'person-token': () => runtime.personToken(grant),
      'auth-token': () => runtime.authToken({ scope: 'access', ...grant }, issuer),
    }[kind]()
    const how = { token, ...(asserted && { mission: asserted }) }
    const message = await runtime.sign(`${net.resource}/runs/7`, {}, how)
    return authorize(
      resource,
      toSignedRequest(message),
      (requirement ?? { accept: kind }) as Requirement<TokenKind, false, PersonNeed, never>,
    )
  }
  return {
    ...world,
    otherProvider,
    runtime: (name, provider) => net.agent({ name, ...(provider && { provider }) }),
    auth,
    outcome: (runtime, call) =>
      auth(runtime, call).then(
        () => '200',
        (error: unknown) => {
          if (isAAuthError(error)) return `${error.status} ${error.code}`
          throw error
        },
      ),
  }
}
