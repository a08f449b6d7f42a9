import { ownMembers } from '../assert/own-members.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import type { Deadline } from '../limits/deadline.ts'
import type { CompiledAlternative, OtherIdentity } from '../resource/alternative-credential.ts'
import type { CompiledRequirement, OtherCaller } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { recordOther } from '../verify/provenance.ts'
import { routedRequest } from '../verify/routed-request.ts'
import { checkTransport } from '../verify/transport.ts'
import { unsignedChallenge } from '../verify/unsigned-challenge.ts'
import { isAAuthRequest } from '../wire/authorization.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { Grounds } from './decision-event.ts'

/** Seconds. */
const day = 86_400
const warnedDays = 30

/**
 * Which credential a request on a route with `alternative` carries. Whatever is of AAuth makes it an AAuth request, so
 * that nobody gets in by the other credential after AAuth has refused.
 *
 * @throws {AAuthError} `invalid_request` for both: scopes and rights of two credentials never meet
 */
export function presentedCredential(
  { field, matches }: CompiledAlternative,
  request: SignedRequest,
): 'aauth' | 'other' | 'none' {
  const isOther = matches(request)
  if (!isAAuthRequest(request)) return isOther ? 'other' : 'none'
  if (!isOther) return 'aauth'
  throw new AAuthError('invalid_request', {
    detail: 'The request carries two credentials: send one.',
    hint: `the request carries AAuth and the other credential of the route in ${quoted(field)}: send one of them`,
  })
}

/**
 * Decides a request that carries the other credential of its route and nothing of AAuth, by `check` of that credential
 * and by its scopes.
 *
 * @param read a snapshot of the request
 * @throws {AAuthError} 401 with both challenges where the credential is refused; `invalid_request` for what two readers
 * could understand differently; `server_error` where `check` fails or takes too long
 */
export async function decideOther(
  state: ResourceState,
  { request, times }: Grounds,
  read: SignedRequest,
  requirement: CompiledRequirement,
  alternative: CompiledAlternative,
  deadline: Deadline,
): Promise<OtherCaller> {
  const { settings } = state
  const { scheme, field, until } = alternative
  const refused = (hint: string, detail: string): AAuthError =>
    unsignedChallenge(settings, requirement, read, { hint, detail })
  const transport = checkTransport(read, settings)
  if (read.header(field.toLowerCase()).length > 1)
    throw new AAuthError('invalid_request', {
      hint: `${quoted(field)} is sent more than once: send one line`,
    })
  times?.end('read')
  const now = until === undefined ? 0 : settings.now()
  if (until !== undefined && now >= until)
    throw refused(
      `${quoted(scheme)} ended with "until" of alternativeCredential, on ${dateOf(until)}: the caller must use AAuth`,
      'The credential is no longer accepted.',
    )
  if (until !== undefined) warnOfEnd(alternative, until, now)
  const identity = await identify(alternative, routedRequest(read, transport), requirement, deadline)
  times?.end('verify')
  if (identity === undefined)
    throw refused(
      `"check" of alternativeCredential does not know this ${quoted(scheme)}`,
      'The credential is not accepted.',
    )
  const { id, scopes } = identity
  const missing = requirement.scopes.filter((scope) => !scopes.includes(scope))
  if (missing.length > 0)
    throw refused(
      `the caller with ${quoted(scheme)} was not granted ${quoted(missing.join(' '))}: return it in "scopes" of "check" if it may`,
      'The credential does not grant this access.',
    )
  const caller: OtherCaller = Object.freeze({ type: 'other', scheme, id, scopes })
  recordOther(caller, { state, request })
  times?.end('requirement')
  return caller
}

/** Asks `check`. Whatever it throws is a fault of the application, also an `AAuthError`. */
async function identify(
  { check }: CompiledAlternative,
  request: RoutedRequest,
  { name, scopes }: CompiledRequirement,
  deadline: Deadline,
): Promise<OtherIdentity | undefined> {
  const required = Object.freeze({ name, scopes: Object.freeze([...scopes]) })
  const ask = async (): Promise<{ readonly found?: unknown; readonly fault?: AAuthError }> => {
    try {
      return { found: await check(request, required) }
    } catch (cause) {
      // Its text may hold the credential.
      const what = cause instanceof Error ? quoted(cause.name) : 'a value that is not an Error'
      const hint = `"check" of alternativeCredential threw ${what}, which is the "cause" of this refusal: mend it, or return undefined for a credential that it does not know`
      return { fault: new AAuthError('server_error', { hint, cause, retryAfter: 5 }) }
    }
  }
  const { found, fault } = await deadline.waitFor('"check" of alternativeCredential', ask())
  if (fault !== undefined) throw fault
  return found === undefined ? undefined : readIdentity(found)
}

/** @throws {AAuthError} `server_error` for what is not an {@link OtherIdentity} */
function readIdentity(found: unknown): OtherIdentity {
  const members = typeof found === 'object' && found !== null ? found : {}
  const { id, scopes } = ownMembers(members as Partial<OtherIdentity>)
  if (typeof id === 'string' && id !== '' && Array.isArray(scopes) && scopes.every(isText))
    return { id, scopes: Object.freeze([...scopes]) }
  throw new AAuthError('server_error', {
    hint: `"check" of alternativeCredential returned ${typeof found === 'string' ? 'a string' : quoted(found)}: return { id, scopes } with a text and a list of texts, or undefined to refuse the credential`,
    retryAfter: 5,
  })
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** The day, since 1970, on which the console last said that a credential ends. */
const saidOn = new WeakMap<CompiledAlternative, number>()

function warnOfEnd(alternative: CompiledAlternative, until: number, now: number): void {
  const today = Math.floor(now / day)
  if (until - now > warnedDays * day || saidOn.get(alternative) === today) return
  saidOn.set(alternative, today)
  console.warn(
    `aauth-guard: ${quoted(alternative.scheme)} is still used, and "until" of alternativeCredential ends it on ${dateOf(until)}: move its callers to AAuth, which onDecision shows as credential "other"`,
  )
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
