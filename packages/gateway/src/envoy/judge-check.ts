import { AAuthError, type Auth, answer, type Caller, isAAuthError } from '@aauth-guard/core'
import { bindContent, contentBinding, privateFieldsFor } from '@aauth-guard/core/adapter'
import type { AssertionClaims, AssertionSigner } from '@aauth-guard/core/assertion'
import { decide } from '../decide/decide.ts'
import type { GatewayRefusal } from '../decide/refusal.ts'
import { forwardedLines } from '../headers/index.ts'
import type { Route } from '../routes/route.ts'
import type { Plan } from '../settings/plan.ts'
import { deniedResponse, passedResponse } from './check-response.ts'
import type { CheckResponse } from './messages.ts'
import { type CheckedRequest, CheckRefused } from './read-check.ts'

/**
 * Decides a request that Envoy asks about, by its route in our own configuration.
 * @throws {CheckRefused} for what cannot be done with Envoy (the promise rejects)
 */
export async function judgeCheck(
  plan: Plan,
  checked: CheckedRequest,
  assertions: AssertionSigner,
  refused: (refusal: GatewayRefusal) => CheckResponse,
): Promise<CheckResponse> {
  const { incoming } = checked
  const verdict = await decide(plan, incoming)
  if (verdict.outcome === 'answered') return deniedResponse(verdict.answer)
  if (verdict.outcome === 'refused') return refused(verdict.refusal)
  const { route, target, caller, isPreflight } = verdict
  // It passes without a caller only where the answer loses its content, and Envoy passes content on.
  if (isPreflight)
    throw new CheckRefused('bad_request', 'ext_authz answers no CORS preflights: let Envoy do it')
  if (target !== incoming.target)
    throw new CheckRefused(
      'bad_request',
      `Envoy passes targets on as they were sent, but ${JSON.stringify(route.name)} changes them`,
    )
  const auth = caller === undefined || caller.type === 'other' ? undefined : caller
  const forwarded = forwardedLines(incoming.headerLines, route, caller, new Set(auth?.covered))
  if (forwarded.outcome === 'refused') return refused(forwarded.refusal)
  try {
    const known = await checkContent(checked, route, auth)
    const assertion = await assertions.sign(claimsOf(route, incoming.method, target, caller, known))
    return passedResponse({
      assertion,
      headerLines: incoming.headerLines,
      forwarded: forwarded.lines,
      privateFields: privateFieldsFor(plan.resource, route.requirement as never),
    })
  } catch (error) {
    if (!isAAuthError(error)) throw error
    return deniedResponse(await answer(error))
  }
}

type Known = Pick<AssertionClaims, 'content' | 'digest'>

function claimsOf(
  { upstream }: Route,
  method: string,
  target: string,
  caller: Caller | undefined,
  known: Known,
): AssertionClaims {
  return { audience: upstream.name, method, target, caller, ...known }
}

/**
 * Compares the content with a covered digest, unless the upstream does.
 * @throws {AAuthError} if they differ, or Envoy did not send all of the content (the promise rejects)
 */
async function checkContent(
  { incoming, content }: CheckedRequest,
  { digest, maxContent }: Route,
  auth: Auth | undefined,
): Promise<Known> {
  const binding = auth === undefined ? 'uncovered' : contentBinding(auth)
  if (auth === undefined || binding === 'uncovered')
    return { content: content?.length === 0 ? 'none' : 'unsigned' }
  if (binding === 'unchecked' && digest === 'upstream')
    return { content: 'upstream', digest: coveredDigest(incoming.headerLines) }
  await bindContent(auth, async () => {
    if (content === undefined) throw new AAuthError('invalid_request', { hint: notSent })
    if (content.length > maxContent)
      throw new AAuthError('content_too_large', { hint: `content over ${maxContent} octets` })
    return content
  })
  return { content: 'verified' }
}

const notSent =
  'the signature covers "content-digest", and Envoy did not send all of the content: set "with_request_body" of ext_authz with "max_request_bytes" as large as content may be, or let the upstream compare it and set "digest" of the route to "upstream"'

/** As it was signed, with its lines joined as the signature joins them. */
function coveredDigest(headerLines: readonly string[]): string {
  return headerLines
    .filter((_, index) => index % 2 === 1 && headerLines[index - 1] === 'content-digest')
    .join(', ')
}
