import { AAuthError, type Answer, answer, type Caller, isAAuthError } from '@aauth-guard/core'
import { bindContent, contentBinding, privateFieldsFor } from '@aauth-guard/core/adapter'
import type { AssertionSigner } from '@aauth-guard/core/assertion'
import { decide } from '../decide/decide.ts'
import type { Incoming } from '../decide/incoming.ts'
import { type GatewayRefusal, refusal } from '../decide/refusal.ts'
import { forwardedLines } from '../headers/index.ts'
import type { Route } from '../routes/route.ts'
import type { Plan } from '../settings/plan.ts'
import { unremovableField } from './proxy-fields.ts'
import { valuesOf } from './read-forwarded.ts'

/** What a proxy is told: header lines for the request that goes on, or the answer that the agent gets. */
export type Judgement =
  | { readonly outcome: 'passed'; readonly lines: readonly string[] }
  | {
      readonly outcome: 'refused'
      readonly answer: Answer
      /** Where the gateway itself refuses; refusals of core are events of the resource. */
      readonly refusal?: GatewayRefusal
    }

/** Decides a request that a proxy asks about. What forward auth cannot do for the upstream is refused. */
export async function judge(plan: Plan, incoming: Incoming, assertions: AssertionSigner): Promise<Judgement> {
  const field = unremovableField(incoming.headerLines)
  if (field !== undefined) return badRequest(`no proxy removes the field ${JSON.stringify(field)}`)
  const verdict = await decide(plan, incoming)
  if (verdict.outcome === 'answered') return { outcome: 'refused', answer: verdict.answer }
  if (verdict.outcome === 'refused') return refusedBy(verdict.refusal)
  const { route, target, caller, isPreflight } = verdict
  // It passes without a caller only where the answer loses its content, and proxies pass content on.
  if (isPreflight) return badRequest('forward auth answers no CORS preflights: let the proxy do it')
  if (target !== incoming.target)
    return badRequest(`the proxy passes targets on as they were sent, but ${route.name} changes them`)
  const binding = caller === undefined || caller.type === 'other' ? 'uncovered' : contentBinding(caller)
  if (binding === 'unchecked' && route.digest !== 'upstream')
    return { outcome: 'refused', answer: await refuseDigest(caller) }
  const covered = new Set(caller === undefined || caller.type === 'other' ? [] : caller.covered)
  const forwarded = forwardedLines(incoming.headerLines, route, caller, covered)
  if (forwarded.outcome === 'refused') return refusedBy(forwarded.refusal)
  const assertion = await assertions.sign({
    audience: route.upstream.name,
    method: incoming.method,
    target,
    caller,
    // No proxy says whether there is content.
    ...(binding === 'unchecked'
      ? { content: 'upstream', digest: valuesOf(incoming.headerLines, 'content-digest').join(', ') }
      : { content: 'unsigned' }),
  })
  return { outcome: 'passed', lines: passedLines(plan, route, assertion, forwarded.lines) }
}

/** The lines that recipes copy to the request that goes on, and two that they read. */
function passedLines(
  { resource }: Plan,
  { requirement, upstream }: Route,
  assertion: string,
  forwarded: readonly string[],
): string[] {
  const vary = privateFieldsFor(resource, requirement as never).find(([name]) => name === 'vary')
  const lines = ['AAuth-Guard-Assertion', assertion, 'AAuth-Guard-Upstream', upstream.name]
  if (vary !== undefined) lines.push('AAuth-Guard-Vary', vary[1])
  // Proxies remove both, and put back what is here.
  const [authorization] = valuesOf(forwarded, 'authorization')
  if (authorization !== undefined) lines.push('Authorization', authorization)
  const cookies = valuesOf(forwarded, 'cookie')
  if (cookies.length > 0) lines.push('Cookie', cookies.join('; '))
  return lines
}

/** Reported as a decision about the content, like a digest that differs. */
async function refuseDigest(caller: Caller | undefined): Promise<Answer> {
  const hint =
    'the signature covers "content-digest", and forward auth never sees the content: let the upstream compare it and set "digest" of the route to "upstream", or use the reverse proxy'
  try {
    await bindContent(caller as Exclude<Caller, { type: 'other' }>, () =>
      Promise.reject(new AAuthError('invalid_request', { hint })),
    )
    return await answer(undefined)
  } catch (error) {
    return answer(isAAuthError(error) ? error : undefined)
  }
}

function badRequest(hint: string): Judgement {
  return refusedBy(refusal('bad_request', hint))
}

/** A refusal of the gateway itself. */
export function refusedBy(refused: GatewayRefusal): Judgement {
  return { outcome: 'refused', answer: refused.answer, refusal: refused }
}
