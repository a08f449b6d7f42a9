import { createResource, type Resource } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { createTestNetwork, type SignedMessage, type TestNetwork } from '@aauth-guard/testing'

/** A world that every process makes for itself: the same seed makes the same keys. Its clock stands. */
export function makeWorld(): Promise<TestNetwork> {
  return createTestNetwork({ now: 1_790_000_000, seed: 'bench servers' })
}

/** The API of a user who trusts any issuer. Everything else is the default. */
export function makeResource({ resource, fetch, clock }: TestNetwork): Resource {
  return createResource({
    issuer: resource,
    trust: 'any',
    fetch,
    now: clock.now,
    signingKey,
  })
}

/** Distinct GET requests of some agents, each of which has one token for the scope `access`. */
export async function signRequests(
  net: TestNetwork,
  { agents, count }: { readonly agents: number; readonly count: number },
): Promise<readonly SignedMessage[]> {
  const signers = await Promise.all(
    Array.from({ length: agents }, async (_, at) => {
      const agent = await net.agent({ name: `agent-${at}` })
      return { agent, token: await agent.authToken({ scope: 'access' }) }
    }),
  )
  return Promise.all(
    Array.from({ length: count }, (_, at) => {
      const { agent, token } = signers[at % agents] as (typeof signers)[number]
      return agent.sign(`${net.resource}/notes/${at}`, {}, { token })
    }),
  )
}

/** The octets of a GET request, as a simple client sends them. */
export function octetsOf({ method, url, target, headers }: SignedMessage): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `host: ${new URL(url).host}`,
    'accept: application/json',
    'user-agent: bench',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
