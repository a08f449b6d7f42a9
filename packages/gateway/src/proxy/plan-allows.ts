import type { Caller, SignedRequest } from '@aauth-guard/core'
import { authorizeNow, standingOf } from '@aauth-guard/core/adapter'
import type { Route } from '../routes/route.ts'
import type { Plan } from '../settings/plan.ts'
import { authOf } from './caller-key.ts'
import { originKey } from './upstream-agents.ts'

/** What was admitted under an earlier plan. */
export interface AllowedConnection {
  readonly request: SignedRequest
  readonly route: Route
  readonly caller: Caller | undefined
  readonly isTunnel: boolean
}

/** Whether a plan would admit the caller of an open connection to the same upstream. Nothing is reported as a decision. */
export async function planAllows(
  { resource, table }: Plan,
  { request, route: before, caller, isTunnel }: AllowedConnection,
): Promise<boolean> {
  const found = table.find(request.method, request.target)
  if (found.outcome !== 'route') return false
  const { upstream, requirement, upgrade } = found.route
  if (upstream.name !== before.upstream.name) return false
  if (originKey(upstream.origin) !== originKey(before.upstream.origin)) return false
  if (isTunnel && !upgrade) return false
  if (caller === undefined) return requirement.optional === true
  const auth = authOf(caller)
  // The signature is older than what a guard takes now, so the token and what it grants are compared.
  if (auth !== undefined) return (await standingOf(auth, requirement, resource)) === 'granted'
  const now = await authorizeNow(resource, request, requirement)
  return (
    now?.type === 'other' && caller.type === 'other' && now.scheme === caller.scheme && now.id === caller.id
  )
}
