import { identityOf } from '../authorize/enforce-requirement.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import type { Answer } from '../errors/answer.ts'
import { within } from '../limits/deadline.ts'
import { malformed } from '../routes/read-json.ts'
import { methodNotAllowed } from '../routes/well-known.ts'
import { checkCoverage } from '../signature/coverage.ts'
import { assertMissionOf } from '../verify/assert-mission.ts'
import { assertStillGood } from '../verify/assert-still-good.ts'
import { requiredFor } from '../verify/read-request.ts'
import { readVerified, verifyAnyToken } from '../verify/verify-any-token.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { readClarification } from './clarification.ts'
import { findConsent } from './consent.ts'
import type { HeldPoll, ManagedContext, Poll } from './managed-context.ts'
import { ownerOf } from './owner.ts'
import { deferred, pendingUrl } from './pending-answer.ts'
import { openPendingId, type PendingId } from './pending-id.ts'
import { type FoundPending, quotaIsFull } from './pending-records.ts'
import { openQuestion, type PendingRequest } from './pending-request.ts'
import { type WaitingPolls, waitPreferred } from './waiting-polls.ts'

type Caller = Pick<Poll, 'request' | 'verified' | 'id'>

/** Octets of an answer to a question. */
const maxClarification = 4096
/** How often a change by somebody else in the same moment is followed. */
const maxConflicts = 8

/**
 * Answers a request to a pending URL. The caller is verified first, as on any route, whatever the id is. An id that this
 * resource did not make for this caller is not found, without a look at the store (DEFER-2, M15).
 *
 * @throws {AAuthError} (the promise rejects)
 */
export async function answerPending(
  context: ManagedContext,
  request: SignedRequest,
  id: string,
  readContent: (limit: number) => Promise<Uint8Array>,
): Promise<Answer> {
  const { state } = context
  const { method } = request
  if (method !== 'GET' && method !== 'POST' && method !== 'DELETE')
    throw methodNotAllowed(method, 'GET, POST, DELETE')
  const asked = state.settings.accessMode === 'agent-token' ? 'agent-token' : 'person-token'
  const verified = await verifyAnyToken(state, request, asked)
  await within(state, 'the status of the mission', assertMissionOf(state, verified))
  const owner = ownerOf(state.settings.issuer, identityOf(verified, state.defaults))
  const opened = await openPendingId(context.sealer, id, owner)
  if (opened === undefined) {
    const held = await openPendingId(context.sealer, id, owner, 'held id')
    if (held !== undefined) return answerHeld(context, { request, verified, owner, id: held })
    throw new AAuthError('not_found', { hint: 'the pending URL does not belong to this caller' })
  }
  if (state.settings.now() >= opened.expires) throw gone()
  const caller: Caller = { request, verified, id: opened }
  if (method === 'DELETE') return cancel(context, caller)
  if (method === 'POST') return clarify(context, caller, readContent)
  return poll(context, caller)
}

/** A held call answers its polls itself. There is nothing to clarify about it. */
async function answerHeld({ state, held, polls }: ManagedContext, call: HeldPoll): Promise<Answer> {
  const { method } = call.request
  if (method === 'DELETE') return held.cancel(call)
  if (method === 'POST') throw methodNotAllowed(method, 'GET, DELETE')
  takePoll(polls, call.id, state.settings.now())
  return held.poll(call)
}

/** @throws {AAuthError} `slow_down` */
function takePoll(polls: WaitingPolls, { id }: PendingId, now: number): void {
  if (!polls.take(id, now))
    throw new AAuthError('slow_down', {
      hint: 'the request was polled less than a second ago',
      retryAfter: 5,
    })
}

async function poll(context: ManagedContext, caller: Caller): Promise<Answer> {
  const { state, polls } = context
  const { id, request, verified } = caller
  takePoll(polls, id, state.settings.now())
  const seconds = waitPreferred(request.header('prefer'))
  const waiting = seconds === 0 ? undefined : polls.begin(id.id, seconds)
  if (waiting === undefined) return answerPoll(context, caller)
  try {
    return await answerPoll(context, caller)
  } catch (error) {
    if (!isNothingNew(error)) throw error
    await waiting.changed
  } finally {
    waiting.stop()
  }
  // A token, a mission or an issuer may have ended meanwhile.
  await within(state, 'the stores', assertStillGood(state, verified))
  return answerPoll(context, caller)
}

/** Whether a poll has nothing to tell. A question to the agent is told at once. */
function isNothingNew(error: unknown): boolean {
  return (
    error instanceof AAuthError &&
    error.code === 'pending' &&
    error.headers['aauth-requirement'] === undefined
  )
}

/** The answer to a poll as things stand. Final answers are given once (DEFER-3). */
async function answerPoll(context: ManagedContext, caller: Caller): Promise<Answer> {
  const { state, kinds, pending } = context
  for (let attempt = 0; attempt < maxConflicts; attempt++) {
    const found = await findOwn(context, caller)
    const { outcome, expires, waitsFor } = found.request
    if (found.ended === undefined && outcome === null) {
      const kind = kinds.get(waitsFor)
      if (kind !== undefined) return kind.poll({ ...caller, found })
      if (state.settings.now() < expires) throw stillPending(context, caller.id, found.request)
    }
    // Made before the record is removed, so that nothing is lost if that fails.
    const answer = await finalAnswer(context, caller, found)
    if ((await pending.remove(found, caller.verified.budget)) !== 'replaced') continue
    if (answer instanceof AAuthError) throw answer
    return answer
  }
  throw contended()
}

/** DEFER-4. */
async function finalAnswer(
  context: ManagedContext,
  { verified }: Caller,
  { request, ended }: FoundPending,
): Promise<Answer | AAuthError> {
  const { outcome } = request
  if (ended === 'mission_terminated')
    return new AAuthError('mission_terminated', {
      hint: 'the mission was terminated while the request waited',
    })
  if (ended !== undefined)
    return new AAuthError('revoked', { hint: 'the request, or the token it was made with, was revoked' })
  if (outcome === null) return new AAuthError('expired', { hint: 'nobody decided in time' })
  if (outcome.code === 'server_error')
    return new AAuthError('server_error', { permanent: true, hint: 'the request failed while it waited' })
  if (outcome.code !== 'completed')
    return new AAuthError(outcome.code, { hint: `the outcome is ${outcome.code}` })
  const { consent, scopes } = outcome
  const found = await findConsent(context.records, consent, verified.budget)
  if (found === undefined || found.ended !== undefined)
    return new AAuthError('revoked', { hint: 'the consent was withdrawn before the agent asked for it' })
  const access = await context.accessHeaders(verified, consent, found.consent)
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...access },
    body: JSON.stringify({ status: 'authorized', scope: scopes.join(' ') }),
  }
}

/** DELETE: the owner no longer waits. */
async function cancel(context: ManagedContext, caller: Caller): Promise<Answer> {
  const { kinds, pending, polls } = context
  for (let attempt = 0; attempt < maxConflicts; attempt++) {
    const found = await findOwn(context, caller)
    const { outcome, waitsFor } = found.request
    const mayCancel = kinds.get(waitsFor)?.mayCancel?.(found) ?? true
    if (outcome !== null || found.ended !== undefined || !mayCancel) throw gone()
    if ((await pending.remove(found, caller.verified.budget)) !== 'replaced') continue
    polls.wake(caller.id.id)
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }
  }
  throw contended()
}

/**
 * POST: the agent answers a question of the person (DEFER-7). The content counts only under a covered digest, since
 * the person reads it.
 */
async function clarify(
  context: ManagedContext,
  caller: Caller,
  readContent: (limit: number) => Promise<Uint8Array>,
): Promise<never> {
  const { state, pending, polls } = context
  const { request, verified, id } = caller
  if (verified.digest === undefined)
    checkCoverage(
      verified.covered,
      [...requiredFor(state, request, state.defaults, true), 'content-digest'],
      undefined,
    )
  const content = await readVerified(state, verified, () => readContent(maxClarification))
  const answer = readClarification(request, content)
  for (let attempt = 0; attempt < maxConflicts; attempt++) {
    const found = await findOwn(context, caller)
    const asked = openQuestion(found.request)
    if (asked === undefined || found.request.outcome !== null || found.ended !== undefined)
      throw malformed('nothing was asked: poll the pending URL')
    const clarifications = [...found.request.clarifications.slice(0, -1), { ...asked, answer }]
    const next: PendingRequest = { ...found.request, clarifications }
    const verdict = await pending.replace(found, next, { budget: verified.budget })
    if (verdict === 'full') throw quotaIsFull()
    if (verdict !== 'replaced') continue
    polls.wake(id.id)
    throw stillPending(context, id, next)
  }
  throw contended()
}

function stillPending(context: ManagedContext, { text }: PendingId, request: PendingRequest): AAuthError {
  const asked = openQuestion(request)
  return deferred({
    location: pendingUrl(context.state, text),
    isInteracting: request.arrival !== null,
    hint: asked === undefined ? 'nobody has decided yet' : 'the person asks a question',
    ...(asked !== undefined && {
      requirement: { name: 'clarification', params: {} },
      body: {
        clarification: asked.question,
        ...(asked.timeout !== null && { timeout: asked.timeout }),
        ...(asked.options.length > 0 && { options: asked.options }),
      },
    }),
  })
}

/** @throws {AAuthError} `gone` for a request of the caller that has no record any more */
async function findOwn({ pending }: ManagedContext, { id, verified }: Caller): Promise<FoundPending> {
  const found = await pending.find(id.id, verified.budget)
  if (found === undefined) throw gone()
  return found
}

function gone(): AAuthError {
  return new AAuthError('gone', {
    hint: 'the request has ended, and its owner was told, or did not ask in time',
  })
}

/** Only somebody who changes one request all the time gets here. */
function contended(): AAuthError {
  return new AAuthError('server_error', { hint: 'the request was changed again and again', retryAfter: 1 })
}
