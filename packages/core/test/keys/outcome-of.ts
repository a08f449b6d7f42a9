import { isAAuthError } from '@aauth-guard/core'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import type { World } from '@aauth-guard/fixtures/world'

/** The outcome of a request with `token`, by default a new one: `'accepted'`, or the code. */
export async function outcomeOf(
  { agent, call }: World,
  token: string | Promise<string> = agent.personToken(),
): Promise<string> {
  try {
    await call(await token, { requirement: anyKind })
    return 'accepted'
  } catch (error) {
    if (isAAuthError(error)) return error.code
    throw error
  }
}
