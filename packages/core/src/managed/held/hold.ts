import { authorizeCompiled } from '../../authorize/authorize.ts'
import { refuse } from '../../authorize/conclude.ts'
import { bindContent } from '../../authorize/content.ts'
import type { Grounds } from '../../authorize/decision-event.ts'
import { identityOf } from '../../authorize/enforce-requirement.ts'
import type { HeldEndpoint } from '../../authorize/held-endpoint.ts'
import { AAuthError, isAAuthError } from '../../errors/aauth-error.ts'
import { type Answer, answer } from '../../errors/answer.ts'
import { serverFault } from '../../errors/server-fault.ts'
import { askForAuthToken } from '../../issue/challenge.ts'
import { within } from '../../limits/deadline.ts'
import type { CompiledRequirement, Requirement } from '../../resource/requirement.ts'
import type { Resource } from '../../resource/resource.ts'
import type { ResourceState } from '../../resource/state.ts'
import { contentDiffers, matchesDigests } from '../../signature/content-digest.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import { assertStillGood } from '../../verify/assert-still-good.ts'
import { knownCaller } from '../../verify/known-caller.ts'
import { provenanceOf } from '../../verify/provenance.ts'
import { requiredFor } from '../../verify/read-request.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import { digestOf } from '../digest.ts'
import { type ManagedState, managedStateOf } from '../managed-state.ts'
import { type Owner, ownerOf } from '../owner.ts'
import { makeHeldId } from '../pending-id.ts'
import { accountOf } from './account.ts'
import { asHeldCall, keepCall } from './call.ts'
import { challengeFields, heldAnswer } from './held-answer.ts'
import { heldFor, longestToken, maxHeldBody, resultGrace } from './held-limits.ts'
import type { HeldRecord, KeptCall } from './held-record.ts'
import { reservedFor } from './held-records.ts'
import type { HeldRoute, RunHeld } from './held-route.ts'
import { checkHoldOptions, compileHeld, type HoldOptions } from './hold-options.ts'
import {
  approvedBy,
  assertApproved,
  checkProposal,
  claimsOf,
  operationDenied,
  standingOfOperation,
} from './per-call.ts'
import { asAnswer, type HeldResult, withinLimit } from './result.ts'

/** A route whose calls are held. Serve it with `holdCalls` of an adapter. */
export interface Hold extends HeldEndpoint {
  /**
   * Says how a call ended whose outcome was unknown. The agent gets the result from then on, with the auth token that ran
   * the call, for as long as that token is valid.
   *
   * @param id as `onUnknown` told it
   * @returns whether its outcome was unknown until then
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects)
   * @throws {TypeError} for what is not a result (the promise rejects)
   */
  recordOutcome(id: string, result: HeldResult): Promise<boolean>
}

/**
 * Holds calls that lack an auth token, in place of refusing them: the agent gets a 202 with a resource token, redeems it,
 * and polls the pending URL with the auth token, which runs the call as it was signed. The agent does not send it again.
 * What the auth token must grant is checked by the route as it is configured when the call is run.
 *
 * A call is run at most once. If a process is lost while it runs, or `run` throws, nobody knows whether it had its effect:
 * then the agent is told so, and so are `onUnknown` and the event `aauth.held_call_unknown.v1`. With `idempotent` it is run
 * again with the same `key`. Only agents of draft 11 are answered with 202; others get the 401.
 *
 * A call that comes with a sufficient auth token runs at once, and nothing of it is stored.
 *
 * @throws {TypeError} for a route without a `name` or with that of another held route, one that accepts other tokens than
 * auth tokens, a resource without `managedAccess`, and a store of records that is not durable without `durability: 'lossy'`
 * @see draft 11 §6.5.1
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { holdCalls } from '@aauth-guard/core/fetch'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 *
 * const resource = createResource({
 *   issuer: 'https://bank.example',
 *   trust: 'any',
 *   scopes: { 'payments.make': 'Make payments' },
 *   managed: managedAccess(),
 * })
 *
 * const payments = hold(
 *   resource,
 *   { name: 'payments.make', scope: 'payments.make' },
 *   async ({ auth, body, key }) => {
 *     const payment = JSON.parse(new TextDecoder().decode(body))
 *     return { status: 201, body: JSON.stringify({ payment, by: auth.sub, key }) }
 *   },
 *   { durability: 'lossy', onUnknown: ({ id }) => console.error(`look after payment ${id}`) },
 * )
 *
 * export default { fetch: holdCalls(payments) }
 * ```
 */
export function hold(
  resource: Resource,
  requirement: Requirement<'auth-token', false>,
  run: RunHeld,
  options: HoldOptions = {},
): Hold {
  const managed = managedStateOf(resource)
  const compiled = compileHeld(managed.state, requirement)
  const route: HeldRoute = {
    ...checkHoldOptions(managed.records.durable, managed.state.settings.claims, run, options),
    ...compiled,
  }
  managed.held.add(route)
  const withQuery = { ...route.compiled, components: [...route.compiled.components, '@query'] }
  return Object.freeze({
    resource,
    answer: (request: SignedRequest, readContent: (limit: number) => Promise<Uint8Array>) =>
      answerCall(
        managed,
        route,
        request.target.includes('?') ? withQuery : route.compiled,
        request,
        readContent,
      ),
    recordOutcome: async (id: string, result: HeldResult) =>
      managed.held.runs.recordOutcome(route, id, asAnswer(result)),
  })
}

async function answerCall(
  managed: ManagedState,
  route: HeldRoute,
  compiled: CompiledRequirement,
  request: SignedRequest,
  readContent: (limit: number) => Promise<Uint8Array>,
): Promise<Answer> {
  const { state } = managed
  const grounds: Grounds = { point: 'guard', request, requirement: route.name }
  const read = async (): Promise<Uint8Array> => {
    const content = request.body ?? (await readContent(maxHeldBody))
    if (content.length > maxHeldBody)
      throw new AAuthError('content_too_large', { hint: `content over ${maxHeldBody} octets` })
    return content
  }
  const refused = (fault: unknown): AAuthError | undefined =>
    refuse(state, grounds, isAAuthError(fault) ? fault : serverFault(fault, true))
  let auth: PersonTokenAuth
  try {
    auth = (await authorizeCompiled(state, request, compiled, { content: 'later' })) as PersonTokenAuth
  } catch (error) {
    const verified = knownCaller(state, request)?.verified
    // Agents of drafts 01 to 10 know no such 202.
    if (
      !isAAuthError(error) ||
      error.code !== 'auth_token_required' ||
      verified?.token.claims.generation !== 'person-token'
    )
      return answer(error)
    return answer(await holdCall(managed, route, compiled, request, verified, error, read).catch(refused))
  }
  try {
    return await answerGranted(managed, route, compiled, request, auth, read)
  } catch (error) {
    return answer(refused(error))
  }
}

/** A call with a sufficient auth token. Unless the call itself needs approval, it runs on this request. */
async function answerGranted(
  managed: ManagedState,
  route: HeldRoute,
  compiled: CompiledRequirement,
  request: SignedRequest,
  auth: PersonTokenAuth,
  read: () => Promise<Uint8Array>,
): Promise<Answer> {
  const { state, verified } = provenanceOf(auth)
  const body = await read()
  if (verified.digest?.checked === false) await bindContent(auth, async () => body)
  else {
    // What an earlier guard compared may be other content than this.
    await assertSigned(state, request, verified, compiled, body)
    await within(state, 'the stores', assertStillGood(state, verified))
  }
  const kept = keepCall(request, verified, route.fields)
  const key = await seedOf(state.settings.issuer, verified)
  const call = asHeldCall(kept, body, auth, key)
  const { perCall } = route
  if (perCall !== undefined) {
    const { key: _, ...proposed } = call
    const standing = standingOfOperation(auth, perCall.operation(proposed))
    if (standing === 'none') throw operationDenied()
    const approved = standing === 'granted' ? await approvedBy(state, auth, perCall) : undefined
    if (approved !== undefined) {
      await assertApproved(state, approved, proposed, perCall)
      await markUsed(state, verified)
      return runOnce(managed, { route, kept, body, request, verified, auth })
    }
    if (standing === 'per-call') {
      const proposal = { ...(await checkProposal(state, proposed, perCall)), exp: auth.exp }
      const account = accountOf(compiled, request, verified.transport)
      const asking = askForAuthToken(state, verified, compiled, account, claimsOf(proposal))
      const challenge = await within(state, 'the issuing of a resource token', asking)
      // Agents of drafts 01 to 10 get the 401, and call again.
      if (auth.generation !== 'person-token') throw challenge
      throw await keep(managed, { route, kept, body, verified, compiled, account, challenge, proposal })
    }
  }
  await markUsed(state, verified)
  return withinLimit(asAnswer(await route.run(call)), route.maxResult)
}

async function markUsed(state: ResourceState, verified: VerifiedRequest): Promise<void> {
  await within(state, '"stores.replays"', verified.markUsed())
}

/**
 * Runs a call under a token that approves this call alone. The same token again gets the result of the first use; that its
 * parameters are the same was compared with the proposal.
 */
async function runOnce(
  { held, sealer, state }: ManagedState,
  {
    route,
    kept,
    body,
    request,
    verified,
    auth,
  }: {
    readonly route: HeldRoute
    readonly kept: KeptCall
    readonly body: Uint8Array
    readonly request: SignedRequest
    readonly verified: VerifiedRequest
    readonly auth: PersonTokenAuth
  },
): Promise<Answer> {
  const { settings } = state
  const { iss, jti, exp } = auth
  const owner = ownerOf(settings.issuer, auth)
  const seed = await digestOf('per call', settings.issuer, iss, jti)
  const own = await makeHeldId(sealer, owner, exp + resultGrace, seed)
  const claimed = await held.records.claimedBy({ iss, jti, exp })
  const id = claimed === undefined ? own : { ...own, id: claimed }
  if (claimed === undefined) {
    const record = newRecord(route, kept, owner, { now: settings.now(), exp, account: auth.account })
    const reserved = reservedFor(route.maxResult)
    await held.records.create(id.id, { record, content: body, expires: exp + resultGrace, reserved }, auth)
  }
  return held.poll({ request, verified, owner, id })
}

/** @returns the 202 for a call that lacks a sufficient auth token */
async function holdCall(
  managed: ManagedState,
  route: HeldRoute,
  compiled: CompiledRequirement,
  request: SignedRequest,
  verified: VerifiedRequest,
  refused: AAuthError,
  read: () => Promise<Uint8Array>,
): Promise<AAuthError> {
  const { state } = managed
  const body = await read()
  await assertSigned(state, request, verified, compiled, body)
  // The client decides how long sending the content takes.
  await within(state, 'the stores', assertStillGood(state, verified))
  const account = accountOf(compiled, request, verified.transport)
  const asking = account === undefined ? refused : askForAuthToken(state, verified, compiled, account)
  const challenge = await within(state, 'the issuing of a resource token', asking)
  const kept = keepCall(request, verified, route.fields)
  return keep(managed, { route, kept, body, verified, compiled, account, challenge, proposal: null })
}

/** Keeps a call. The same signature again is the same call, which is kept already. @returns the 202 */
async function keep(
  { state, sealer, held }: ManagedState,
  {
    route,
    kept,
    body,
    verified,
    compiled,
    account,
    challenge,
    proposal,
  }: {
    readonly route: HeldRoute
    readonly kept: KeptCall
    readonly body: Uint8Array
    readonly verified: VerifiedRequest
    readonly compiled: CompiledRequirement
    readonly account: string | undefined
    readonly challenge: AAuthError
    readonly proposal: HeldRecord['proposal']
  },
): Promise<AAuthError> {
  const { issuer, now: clock } = state.settings
  const { claims } = verified.token
  const now = clock()
  const owner = ownerOf(issuer, identityOf(verified, compiled))
  // The id must not say that it is over while the result is kept.
  const until = now + heldFor + longestToken + resultGrace
  const id = await makeHeldId(sealer, owner, until, await seedOf(issuer, verified))
  const about = { now, exp: claims.exp, account: account ?? null }
  const record = { ...newRecord(route, kept, owner, about), proposal }
  const reserved = reservedFor(route.maxResult)
  await held.records.create(id.id, { record, content: body, expires: now + heldFor, reserved }, claims)
  return heldAnswer(state, id, challengeFields(challenge))
}

/** @param about `exp` of the token that was presented with the call */
function newRecord(
  { name, compiled }: HeldRoute,
  call: KeptCall,
  owner: Owner,
  { now, exp, account }: { readonly now: number; readonly exp: number; readonly account: string | null },
): HeldRecord {
  return {
    route: name,
    call,
    owner,
    scopes: compiled.scopes,
    account,
    since: now,
    redeemable: Math.min(now + 300, exp),
    state: 'waiting',
    claims: [],
    attempt: null,
    lease: 0,
    proposal: null,
    result: null,
    isTold: false,
  }
}

/**
 * What was signed is what runs.
 * @throws {AAuthError} `invalid_signature` for other content, `invalid_input` for content that the signature does not cover
 * (the promise rejects)
 */
async function assertSigned(
  state: ResourceState,
  request: SignedRequest,
  { digest, hasNonce }: VerifiedRequest,
  compiled: CompiledRequirement,
  content: Uint8Array,
): Promise<void> {
  if (digest !== undefined) {
    if (!(await matchesDigests(digest.expected, content, state.platform.digest))) throw contentDiffers()
    digest.checked = true
    return
  }
  const components = [...compiled.components, 'content-digest']
  if (content.length > 0)
    throw new AAuthError('invalid_input', {
      requiredInput: requiredFor(state, request, { ...compiled, components }, hasNonce),
      hint: 'the call has content, and "content-digest" is not covered: cover it',
    })
}

/** The same for the same signature base and key, whoever sends it. */
function seedOf(issuer: string, { sent, token }: VerifiedRequest): Promise<string> {
  return digestOf('held call', issuer, token.thumbprint, sent.base.join(''))
}
