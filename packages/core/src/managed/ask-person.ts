import { capabilitiesOf } from '../authorize/capabilities.ts'
import { identityOf } from '../authorize/enforce-requirement.ts'
import type { AAuthError } from '../errors/aauth-error.ts'
import { within } from '../limits/deadline.ts'
import { isRevoked, revoked } from '../resource/token-revocation.ts'
import type { Auth } from '../token/auth.ts'
import type { InteractionClaim } from '../token/interaction-claim.ts'
import { personKey } from '../token/person-key.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { codeDigest, displayCode, makeCode } from './codes.ts'
import type { ManagedContext } from './managed-context.ts'
import { type Owner, ownerOf } from './owner.ts'
import { deferred, pendingUrl } from './pending-answer.ts'
import type { PendingId } from './pending-id.ts'
import { type NewPending, pendingGrace, quotaIsFull } from './pending-records.ts'
import { encodeJson } from './pending-request.ts'

/**
 * A person is asked at the page, to which the agent shows them the way or their person server leads them, or by the
 * application over a channel of its own.
 */
export type AskedBy = 'interaction' | 'approval' | 'person-server'

/** What a person is asked. */
export interface Question {
  readonly route: string
  readonly scopes: readonly string[]
  readonly by: AskedBy
  /** Seconds. */
  readonly lifetime: number
  /** Told of each request, with a reference that opens its page. */
  readonly notify: ((waiting: WaitingRequest) => void | Promise<void>) | undefined
}

/** A request that waits, for the application's own channel to the person. */
export interface WaitingRequest {
  /** Opens the page of this request: a secret for the person alone. */
  readonly reference: string
  readonly route: string
  readonly scopes: readonly string[]
  /** The person of the token, if it names one. */
  readonly personKey: string | undefined
}

/**
 * The owner of what is made for a verified caller. It does not depend on the route, so that any poll has the same.
 * @throws {TypeError} for an `auth` that another resource verified, which may trust others
 */
export function ownerOfCaller(context: ManagedContext, auth: Auth): Owner {
  const { state, verified } = provenanceOf(auth)
  if (state !== context.state)
    throw new TypeError('"auth" was verified by another resource: pass the resource of the guard')
  return ownerOf(state.settings.issuer, identityOf(verified, state.defaults))
}

/** What every pending request of a caller has. */
export function pendingFor(context: ManagedContext, auth: Auth, waitsFor: string, route: string): NewPending {
  const { iss, jti, exp, ps } = auth
  return {
    waitsFor,
    route,
    owner: ownerOfCaller(context, auth),
    source: { iss, jti, exp },
    personServer: ps ?? null,
    personKey: personKey(auth) ?? null,
    scopes: [],
    answersQuestions: capabilitiesOf(auth).has('clarification'),
    data: null,
  }
}

/**
 * Makes a request that waits for a person.
 * @returns the 202 to throw (docs/requirements.md#int-1)
 * @throws {AAuthError} `rate_limited`, `revoked_jwt`, `server_error` (the promise rejects)
 */
export async function askPerson(
  context: ManagedContext,
  auth: Auth,
  question: Question,
): Promise<AAuthError> {
  const { by } = question
  const { id, code } = await createPending(
    context,
    auth,
    question,
    by === 'interaction' ? 'with it' : undefined,
  )
  const url = context.settings.interaction?.url as string
  return deferred({
    location: pendingUrl(context.state, id.text),
    requirement: {
      name: by,
      params: code === undefined ? {} : { url, code: displayCode(code) },
    },
    hint: 'a person is asked',
  })
}

/**
 * Makes a request to which the person server leads the person. Nobody polls it.
 *
 * @param until seconds; the code ends with the resource token
 * @returns the claim of the resource token (RT-13, R11-168)
 * @throws {AAuthError} as {@link askPerson}
 */
export async function leadPerson(
  context: ManagedContext,
  auth: Auth,
  question: Question,
  until: number,
): Promise<InteractionClaim> {
  const { code } = await createPending(context, auth, question, until)
  return { url: context.settings.interaction?.url as string, code: displayCode(code as string) }
}

/** @param codeEnds seconds at which the code ends, or that it ends with the request; without it there is no code */
async function createPending(
  context: ManagedContext,
  auth: Auth,
  { route, scopes, by, lifetime, notify }: Question,
  codeEnds: number | 'with it' | undefined,
): Promise<{ readonly id: PendingId; readonly code: string | undefined }> {
  const { budget, token } = provenanceOf(auth).verified
  const given = { ...pendingFor(context, auth, by, route), scopes }
  const id = await context.pending.create(given, lifetime, budget)
  const requestEnds = id.expires - pendingGrace
  const expires = codeEnds === 'with it' ? requestEnds : codeEnds && Math.min(codeEnds, requestEnds)
  const code = expires === undefined ? undefined : await createCode(context, id, given, expires)
  const reference = await context.sealer.sealText(referenceKind, new TextEncoder().encode(id.id))
  const waiting = { reference, route, scopes, personKey: given.personKey ?? undefined }
  try {
    // A revocation that came after the guard has found no record to end.
    if (await isRevoked(context.state, token.claims, budget)) throw revoked(token)
    if (notify !== undefined)
      await within(context.state, '"notify" of requireInteraction', notify(Object.freeze(waiting)))
  } catch (error) {
    // The agent is not told of a request that nobody can decide, or may decide.
    await removePending(context, id)
    throw error
  }
  return { id, code }
}

/** A reference opens as this kind only. */
const referenceKind = 'page reference'

/** The id of the request that a reference is about. */
export async function openReference(
  { sealer }: ManagedContext,
  reference: string,
): Promise<string | undefined> {
  const octets = await sealer.openText(referenceKind, reference)
  return octets && new TextDecoder().decode(octets)
}

/** What a code leads to. */
export interface CodeTarget {
  readonly pending: string
  /** Seconds at which the code ends: with the request, or sooner. */
  readonly expires: number
}

/**
 * Stores have only the digest of a code. Its record outlives the request, so that a late code can be told from a wrong
 * one (INT-7).
 */
async function createCode(
  context: ManagedContext,
  id: PendingId,
  { owner, source }: NewPending,
  expires: number,
): Promise<string> {
  const { records, state } = context
  const code = makeCode()
  const target: CodeTarget = { pending: id.id, expires }
  const verdict = await records.create({
    kind: 'claim',
    id: await codeDigest(state.settings.issuer, code),
    octets: encodeJson(target),
    open: false,
    owner,
    source,
    // The request that it leads to is ended.
    isEndless: true,
    expires: id.expires + pendingGrace,
  })
  if (verdict === 'created') return code
  await removePending(context, id)
  throw quotaIsFull()
}

async function removePending({ pending }: ManagedContext, { id }: PendingId): Promise<void> {
  const found = await pending.find(id)
  if (found !== undefined) await pending.remove(found)
}
