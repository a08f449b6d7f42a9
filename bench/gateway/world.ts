import { createResource, type Resource } from '@aauth-guard/core'
import { type Agent, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'

/** The same in every process: keys come of the seed, and the clock stands still. */
export function makeWorld(): Promise<TestNetwork> {
  return createTestNetwork({ now: 1_790_000_000, seed: 'bench gateway' })
}

export function makeResource(net: TestNetwork): Resource {
  return createResource({
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
    log: 'off',
  })
}

/** The header lines of a signed request, with its authority. */
export async function signedLines(
  net: TestNetwork,
  agent: Agent,
  method: string,
  target: string,
): Promise<string[]> {
  const token = await agent.authToken()
  const { headers } = await agent.sign(`${net.resource}${target}`, { method }, { token })
  return ['Host: notes.example', ...headers.map(([name, value]) => `${name}: ${value}`)]
}
