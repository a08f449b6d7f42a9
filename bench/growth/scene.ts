import { generateKeyPairSync } from 'node:crypto'
import {
  authorize,
  createResource,
  type Resource,
  type ResourceOptions,
  type SignedRequest,
} from '@aauth-guard/core'
import { type Agent, createTestNetwork, type SignedMessage, type TestNetwork } from '@aauth-guard/testing'
import type { ResourceState } from '../../packages/core/src/resource/state.ts'
import { stateOf } from '../../packages/core/src/resource/state-of.ts'

/** The second at which the clock of every resource stands. */
export const second = 1_790_000_000

/** An agent, its issuers, and what resources are made with. */
export interface Scene {
  readonly net: TestNetwork
  readonly agent: Agent
  make(options?: Partial<ResourceOptions>): { readonly resource: Resource; readonly state: ResourceState }
}

export async function makeScene(): Promise<Scene> {
  const net = await createTestNetwork({ now: second, seed: 'growth' })
  const { privateKey } = generateKeyPairSync('ed25519')
  const signingKey = { kid: 'key-1', ...privateKey.export({ format: 'jwk' }), alg: 'Ed25519' }
  return {
    net,
    agent: await net.agent(),
    make(options) {
      const resource = createResource({
        issuer: net.resource,
        trust: 'any',
        fetch: net.fetch,
        now: net.clock.now,
        log: 'off',
        signingKey: signingKey as never,
        ...options,
      })
      return { resource, state: stateOf(resource) }
    },
  }
}

/** A signed message, of which each decision gets a request of its own. */
export interface Arrival {
  readonly method: string
  readonly target: string
  readonly lines: ReadonlyMap<string, readonly string[]>
}

export function arrivalOf({ method, target, headers }: SignedMessage): Arrival {
  return { method, target, lines: new Map(headers.map(([name, value]) => [name, [value]])) }
}

const nothing: readonly string[] = []
const empty = new Uint8Array()

export function decide(resource: Resource, { method, target, lines }: Arrival): ReturnType<typeof authorize> {
  const request: SignedRequest = { method, target, header: (name) => lines.get(name) ?? nothing, body: empty }
  return authorize(resource, request, requirement)
}

const requirement = { scope: 'access' }
