import type { Answer } from '@aauth-guard/core'
import { type Caller, isAAuthError, answer as toAnswer } from '@aauth-guard/core'
import { answerRoutes, authorizeNow, passesPreflight } from '@aauth-guard/core/adapter'
import type { Route } from '../routes/route.ts'
import type { Plan } from '../settings/plan.ts'
import { type Incoming, signedRequestOf } from './incoming.ts'
import { type GatewayRefusal, refusal } from './refusal.ts'

/** What becomes of a request: it goes on to the upstream of a route, or it is answered here. */
export type Verdict =
  | {
      readonly outcome: 'passed'
      readonly route: Route
      /** What the upstream gets as its target. */
      readonly target: string
      /** Who sends it; a covered digest was not compared yet. `undefined` for a caller without a credential. */
      readonly caller: Caller | undefined
      /** Whether it is a CORS preflight: it goes on without a caller, and its answer has no content. */
      readonly isPreflight: boolean
    }
  /** The answer is a refusal of core, or what one of the resource's own routes says. */
  | { readonly outcome: 'answered'; readonly answer: Answer }
  | { readonly outcome: 'refused'; readonly refusal: GatewayRefusal }

/**
 * The one decision of every door: the resource's own routes, then the route by its signed path, then the requirement of
 * that route. Nothing that a proxy said beside the request itself has a part in it.
 *
 * @param readContent for the resource's own routes; a door that cannot read content leaves it out and serves none of them
 */
export async function decide(
  { resource, table }: Plan,
  incoming: Incoming,
  readContent?: (limit: number) => Promise<Uint8Array>,
): Promise<Verdict> {
  try {
    const request = signedRequestOf(incoming)
    const own = readContent && (await answerRoutes(resource, request, readContent))
    if (own !== undefined) return { outcome: 'answered', answer: own }
    const found = table.find(incoming.method, incoming.target)
    if (found.outcome === 'none') return refused(refusal('no_route', 'no route has this path'))
    if (found.outcome === 'method')
      return refused(
        refusal('method_not_allowed', `the route takes ${found.allowed.join(', ')}`, {
          allow: found.allowed.join(', '),
        }),
      )
    if (found.outcome === 'ambiguous') return refused(refusal('ambiguous_target', found.hint))
    const { route, target } = found
    if (passesPreflight(resource, request))
      return { outcome: 'passed', route, target, caller: undefined, isPreflight: true }
    const caller = await authorizeNow(resource, request, route.requirement, contentLater)
    return { outcome: 'passed', route, target, caller, isPreflight: false }
  } catch (error) {
    if (!isAAuthError(error)) throw error
    return { outcome: 'answered', answer: await toAnswer(error) }
  }
}

const contentLater = Object.freeze({ content: 'later' } as const)

function refused(refusal: GatewayRefusal): Verdict {
  return { outcome: 'refused', refusal }
}
