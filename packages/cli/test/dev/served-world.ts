import { randomInt } from 'node:crypto'
import type { Agent } from '@aauth-guard/testing'
import { onTestFinished } from 'vitest'
import { UsageError } from '../../src/command.ts'
import { newWorld, type SavedWorld } from '../../src/dev/saved-world.ts'
import { serveWorld } from '../../src/dev/servers.ts'
import { World } from '../../src/dev/world.ts'

export const secret = 'a secret of the test'

/** A development world on four free ports, until the test ends. */
export async function serveDevWorld({
  saved = newWorld(['Ada', 'Grace']),
  password,
}: {
  readonly saved?: SavedWorld
  readonly password?: string
} = {}) {
  for (;;) {
    const world = await World.open(`http://localhost:${randomInt(20_000, 60_000)}`, saved)
    try {
      const servers = await serveWorld(world, {
        secret,
        address: undefined,
        password,
        changed: () => undefined,
      })
      onTestFinished(() => servers.close())
      return world
    } catch (error) {
      // Another process has one of the ports.
      if (!(error instanceof UsageError)) throw error
    }
  }
}

/** An agent of a world. */
export function agentOf({ net, agentProvider, personServer }: World, name = 'planner'): Promise<Agent> {
  return net.agent({ name, provider: agentProvider, personServer })
}

/** Asks the person server with a signed request. @returns the answer, and how to look again */
export async function ask(agent: Agent, path: string, body: unknown) {
  const { id = '' } = agent.personServer ?? {}
  const token = await agent.agentToken()
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const nonce = () => ({ nonce: crypto.randomUUID() })
  const response = await agent.fetch(`${id}${path}`, request, { token, digest: true, params: nonce() })
  const [, code = ''] = /code="([^"]+)"/.exec(response.headers.get('aauth-requirement') ?? '') ?? []
  const poll = () => agent.fetch(response.headers.get('location') ?? '', {}, { token, params: nonce() })
  return { status: response.status, code, poll }
}
