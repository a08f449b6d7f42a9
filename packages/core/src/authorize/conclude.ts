import { type AAuthError, isAAuthError, setErrorContext } from '../errors/aauth-error.ts'
import { PendingStepUp } from '../errors/pending-step-up.ts'
import { serverFault } from '../errors/server-fault.ts'
import type { DecisionEvent } from '../events/decision-event.ts'
import type { RefusalSummary } from '../events/refusal-summary.ts'
import type { RequestEvidence } from '../events/request-evidence.ts'
import { within } from '../limits/deadline.ts'
import { isRecent } from '../resource/live-state.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertStillGood } from '../verify/assert-still-good.ts'
import { knownCaller } from '../verify/known-caller.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { decisionEvent, type Grounds, isChallenge } from './decision-event.ts'
import { evidenceOf } from './evidence-of.ts'

const reported = new WeakMap<SignedRequest, AAuthError>()
const accepted = Symbol('accepted')

/**
 * Called before a guard decides. A further guard, or that of another resource, may refuse the request with the very
 * error of an earlier one, such as a constant of the application.
 */
export function forgetReported(request: SignedRequest): void {
  reported.delete(request)
}

/**
 * Reports every decision of a resource: acceptances, challenges and refusals of `authorize`, `authorizeServer`, the
 * routes and grants. Listeners cannot change a decision; the recorder can turn an acceptance into a 503.
 *
 * @param verdict `accepted`, or the error that was thrown
 * @returns the refusal to send to the caller; `undefined` if the request proceeds
 */
function conclude(
  state: ResourceState,
  grounds: Grounds,
  verdict: unknown,
): AAuthError | undefined | Promise<AAuthError | undefined> {
  const { events } = state
  const { request } = grounds
  const error = verdict === accepted ? undefined : asRefusal(state, verdict)
  if (!events.hearsDecisions) {
    if (error !== undefined && events.summary !== undefined)
      count(events.summary, error, () => isUnknown(state, request))
    return error
  }
  // The response to a step-up is known, and reported, once its resource token is signed. A step-up inside `check` gets
  // here twice.
  if (error instanceof PendingStepUp || (error !== undefined && reported.get(request) === error)) return error
  if (error !== undefined) reported.set(request, error)
  const made = decisionEvent(state, grounds, error)
  const evidence = (): RequestEvidence | undefined => evidenceOf(state, grounds)
  const tell = (event: DecisionEvent): AAuthError | undefined | Promise<AAuthError | undefined> => {
    if (error !== undefined || !events.hasRecorder || grounds.isRecorded) {
      events.decided(event, error, evidence)
      return error
    }
    return record(state, grounds, event, evidence)
  }
  if (!(made instanceof Promise)) return tell(made)
  const told = made.then(tell)
  // An acceptance waits only for the recorder.
  if (error === undefined && events.hasRecorder) return told
  told.catch(() => undefined)
  return error
}

/** Expected challenges are not refusals, and a step-up is counted when its resource token is signed. */
function count(summary: RefusalSummary, error: AAuthError, unknown: () => boolean): void {
  if (error instanceof PendingStepUp || isChallenge(error.code, unknown)) return
  summary.refused(error.code)
}

/** Whether the request carries no credential of any kind. */
function isUnknown(state: ResourceState, request: SignedRequest): boolean {
  return knownCaller(state, request) === undefined && isUnsigned(request)
}

/** Waits for the recorder. A request that cannot be recorded is refused. */
async function record(
  state: ResourceState,
  grounds: Grounds,
  event: DecisionEvent,
  evidence: () => RequestEvidence | undefined,
): Promise<AAuthError | undefined> {
  try {
    await within(state, '"recorder"', recordAll(state, event, evidence))
    state.events.decided(event, undefined, evidence)
    return undefined
  } catch (thrown) {
    const fault = asRefusal(state, thrown)
    reported.set(grounds.request, fault)
    state.events.decided(await decisionEvent(state, grounds, fault), fault, evidence)
    return fault
  }
}

async function recordAll(
  { events }: ResourceState,
  event: DecisionEvent,
  evidence: () => RequestEvidence | undefined,
): Promise<void> {
  try {
    await events.record(event, evidence)
  } catch (thrown) {
    // Whatever it is, the answer is 503.
    throw serverFault(thrown)
  }
}

function asRefusal(state: ResourceState, thrown: unknown): AAuthError {
  const error = isAAuthError(thrown) ? thrown : serverFault(thrown)
  if (!(error instanceof PendingStepUp)) setErrorContext(error, state.errorContext)
  return error
}

/** Converts the thrown value to a refusal, and reports it to the listeners. */
export function refuse(state: ResourceState, grounds: Grounds, thrown: unknown): AAuthError {
  // Reports of refusals are not awaited.
  return conclude(state, grounds, thrown) as AAuthError
}

/**
 * Lets a request proceed, after it was recorded if the operator set a recorder.
 * @throws {AAuthError} `server_error` (the promise rejects) when the recorder fails; the refusal, if the recorder took so
 * long that the request was checked once more
 */
export function accept(state: ResourceState, grounds: Grounds): void | Promise<void> {
  const concluded = conclude(state, grounds, accepted)
  if (!(concluded instanceof Promise)) return undefined
  return concluded.then((fault) => {
    if (fault !== undefined) throw fault
    return checkAfterRecording(state, grounds)
  })
}

/** A recorder may take its time, and what changed meanwhile counts, as after a slow `check`. */
async function checkAfterRecording(state: ResourceState, grounds: Grounds): Promise<void> {
  const verified = knownCaller(state, grounds.request)?.verified
  if (verified === undefined || isRecent(verified.live)) return
  try {
    await within(state, 'the stores', assertStillGood(state, verified))
  } catch (error) {
    throw refuse(state, grounds, error)
  }
}

/** What was accepted under a mission is outstanding if the mission is terminated. */
export function noteAcceptance(state: ResourceState, request: SignedRequest): void {
  const verified = knownCaller(state, request)?.verified
  if (verified?.token.claims.mission === undefined || verified.isCounted) return
  // A further guard accepts the same request again.
  verified.isCounted = true
  state.acceptedTokens.accepted(verified.token)
}
