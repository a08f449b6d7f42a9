import { identityOf } from '../../authorize/enforce-requirement.ts'
import type { AAuthError } from '../../errors/aauth-error.ts'
import { askForAuthToken } from '../../issue/challenge.ts'
import { within } from '../../limits/deadline.ts'
import type { CompiledRequirement } from '../../resource/requirement.ts'
import { assertStillGood } from '../../verify/assert-still-good.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import { digestOf } from '../digest.ts'
import type { ManagedState } from '../managed-state.ts'
import type { Owner } from '../owner.ts'
import { ownerOf } from '../owner.ts'
import { makeHeldId } from '../pending-id.ts'
import { accountOf } from './account.ts'
import { keepCall } from './call.ts'
import { challengeFields, heldAnswer } from './held-answer.ts'
import { heldFor, longestToken, resultGrace } from './held-limits.ts'
import type { HeldRecord, KeptCall } from './held-record.ts'
import { reservedFor } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import { assertSigned } from './signed-content.ts'

/** @returns the 202 for a call that lacks a sufficient auth token */
export async function holdCall(
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
export async function keep(
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
export function newRecord(
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

/** The same for the same signature base and key, whoever sends it. */
export function seedOf(issuer: string, { sent, token }: VerifiedRequest): Promise<string> {
  return digestOf('held call', issuer, token.thumbprint, sent.base.join(''))
}
