import type { Agent, AgentRequest, SignedMessage, SignOptions, TestNetwork } from '@aauth-guard/testing'
import type { Issuers } from '../issuers.ts'
import { type Check, check } from './check.ts'

/** A host that listens, and the world around it. */
export interface Scene {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly issuers: Issuers
  /** `http://127.0.0.1:PORT` of the host. */
  readonly url: string
  /** Lets the clocks of the network and of the host go on. */
  advance(seconds: number): Promise<void>
}

/** What came back, read to its end. */
export interface Answered {
  readonly status: number
  readonly headers: Response['headers']
  readonly text: string
}

/** A claim about a host. One that hangs fails its check, and not the runner. */
export function socket(title: string, run: Check<Scene>['run']): Check<Scene> {
  return check(title, async (scene) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer within 20 s')), 20_000)
    })
    await Promise.race([run(scene), late]).finally(() => clearTimeout(timer))
  })
}

/** Signs a request for a target of the resource and sends it to the host, byte for byte. */
export async function call(
  { agent, url: via }: Scene,
  token: string,
  target: string,
  request: AgentRequest = {},
  how: Partial<SignOptions> = {},
): Promise<Answered> {
  const response = await agent.fetch(`https://notes.example${target}`, request, { ...how, token, via })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** A token that may read. */
export function reader(agent: Agent, claims: Record<string, unknown> = {}): Promise<string> {
  return agent.authToken({ scope: 'notes.read', claims })
}

/** The header lines of a message, for `fetch`. */
export function linesOf({ headers }: SignedMessage): [string, string][] {
  return headers.map(([name, value]) => [name, value])
}
