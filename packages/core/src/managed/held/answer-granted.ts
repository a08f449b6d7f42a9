import { bindContent } from '../../authorize/content.ts'
import type { Answer } from '../../errors/answer.ts'
import { askForAuthToken } from '../../issue/challenge.ts'
import { within } from '../../limits/deadline.ts'
import type { CompiledRequirement } from '../../resource/requirement.ts'
import type { ResourceState } from '../../resource/state.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import { assertStillGood } from '../../verify/assert-still-good.ts'
import { provenanceOf } from '../../verify/provenance.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import { digestOf } from '../digest.ts'
import type { ManagedState } from '../managed-state.ts'
import { ownerOf } from '../owner.ts'
import { makeHeldId } from '../pending-id.ts'
import { accountOf } from './account.ts'
import { asHeldCall, keepCall } from './call.ts'
import { resultGrace } from './held-limits.ts'
import type { KeptCall } from './held-record.ts'
import { reservedFor } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import { keep, newRecord, seedOf } from './keep-call.ts'
import {
  approvedBy,
  assertApproved,
  checkProposal,
  claimsOf,
  operationDenied,
  standingOfOperation,
} from './per-call.ts'
import { asAnswer, withinLimit } from './result.ts'
import { assertSigned } from './signed-content.ts'

/** A call with a sufficient auth token. Unless the call itself needs approval, it runs on this request. */
export async function answerGranted(
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
      await managed.held.proposals.assertMadeFor(auth, proposed, perCall)
      await markUsed(state, verified)
      return runOnce(managed, { route, kept, body, request, verified, auth })
    }
    if (standing === 'per-call') {
      const proposal = { ...(await checkProposal(state, proposed, perCall)), exp: auth.exp }
      await managed.held.proposals.remember(proposal, auth, proposed, perCall)
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
  return held.poll({ request, verified, owner, id, isAccepted: true })
}

async function markUsed(state: ResourceState, verified: VerifiedRequest): Promise<void> {
  await within(state, '"stores.replays"', verified.markUsed())
}
