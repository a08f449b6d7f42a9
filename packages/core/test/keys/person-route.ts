import { isAAuthError } from '@aauth-guard/core'
import type { World } from '@aauth-guard/fixtures/world'

/** The route of these tests: it wants to know the person, and nothing more. */
export const personRoute = { accept: 'person-token' } as const

/** Likewise for the agent. */
export const agentRoute = { accept: 'agent-token' } as const

/** What comes of a request with `token`, by default one never seen before: `'accepted'`, or the code. */
export async function outcomeOf(
  { agent, call }: World,
  token: string | Promise<string> = agent.personToken(),
): Promise<string> {
  try {
    await call(await token, { requirement: { accept: ['agent-token', 'person-token', 'auth-token'] } })
    return 'accepted'
  } catch (error) {
    if (isAAuthError(error)) return error.code
    throw error
  }
}
