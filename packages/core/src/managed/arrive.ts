import { AAuthError } from '../errors/aauth-error.ts'
import { within } from '../limits/deadline.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { type CodeTarget, openReference } from './ask-person.ts'
import { acceptedCallback } from './callback.ts'
import { codeDigest, foldCode } from './codes.ts'
import { digestOf } from './digest.ts'
import type { ManagedContext } from './managed-context.ts'
import { describePending, type PageRequest } from './page-request.ts'
import type { FoundPending } from './pending-records.ts'
import { decodeJson, type PendingRequest } from './pending-request.ts'

/** Wrong codes that fail a request whose own page was open. */
const maxWrongCodes = 5

/** Who arrives at the page. */
export interface Arriving {
  /** The signed-in person, as your application calls them: 1 to 256 characters. */
  readonly person: string
  /** The `callback` of the address with which the person came. It is ignored unless it may be followed. */
  readonly callback?: string | undefined
}

/** Who enters a code. */
export interface Redeeming extends Arriving {
  /** Where the code comes from, such as an address or the network of one, for the limit of wrong codes. */
  readonly source?: string | undefined
  /** Of the request whose own page the person opened, if any: then a few wrong codes end the request. */
  readonly reference?: string | undefined
}

/**
 * Uses up a code, and binds its request to the person who entered it.
 * @throws {AAuthError} `invalid_code`, `expired`, `rate_limited` and others (the promise rejects)
 */
export async function redeem(context: ManagedContext, text: string, by: Redeeming): Promise<PageRequest> {
  const { state, attempts, records, pending } = context
  const now = state.settings.now()
  const takeBack = attempts.begin(by.person, by.source, now)
  if (takeBack === undefined)
    throw new AAuthError('rate_limited', { hint: 'too many wrong codes in a minute', retryAfter: 60 })
  const expected = by.reference === undefined ? undefined : await openReference(context, by.reference)
  const code = foldCode(text)
  const found =
    code === undefined
      ? undefined
      : await records.find({ kind: 'claim', id: await codeDigest(state.settings.issuer, code) })
  const target = found && decodeJson<CodeTarget>(found.octets)
  if (target === undefined || (by.reference !== undefined && target.pending !== expected)) {
    if (expected !== undefined) await countWrongCode(context, expected)
    throw invalidCode('no request waits for this code')
  }
  takeBack()
  const request = await pending.find(target.pending)
  if (request === undefined && now >= target.expires) throw expired()
  if (request === undefined) throw invalidCode('the request of this code has ended')
  return arrive(context, request, by, target.expires)
}

/**
 * Opens a request that the application has told the person about.
 * @throws {AAuthError} as {@link redeem}
 */
export async function open(context: ManagedContext, reference: string, by: Arriving): Promise<PageRequest> {
  const id = await openReference(context, reference)
  const found = id === undefined ? undefined : await context.pending.find(id)
  if (found?.request.waitsFor !== 'approval')
    throw invalidCode('the reference belongs to no approval that waits')
  return arrive(context, found, by)
}

async function arrive(
  context: ManagedContext,
  found: FoundPending,
  by: Arriving,
  until: number = found.request.expires,
): Promise<PageRequest> {
  const { state, pending, polls, sealer } = context
  const { request } = found
  assertOpen(found)
  if (request.arrival !== null) throw invalidCode('the code was used before')
  if (state.settings.now() >= Math.min(until, request.expires)) throw expired()
  await assertLinked(context, request, by.person)
  const secret = encodeBase64url(crypto.getRandomValues(new Uint8Array(24)))
  const callback = by.callback === undefined ? undefined : await acceptedCallback(state, request, by.callback)
  const next: PendingRequest = {
    ...request,
    arrival: { secret: await secretDigest(secret), person: by.person, callback: callback ?? null },
  }
  const verdict = await pending.replace(found, next, { tags: [{ person: by.person }] })
  if (verdict !== 'replaced') throw invalidCode('the request was changed in the same moment')
  polls.wake(found.id)
  const handle = await sealer.sealText(handleKind, new TextEncoder().encode(`${found.id}.${secret}`))
  return describePending(state, handle, next)
}

const handleKind = 'page handle'

/**
 * The request of a page handle, for the person who arrived with it.
 * @throws {AAuthError} `not_found`, `gone` (the promise rejects)
 */
export async function findPage(
  context: ManagedContext,
  handle: string,
  person: string,
): Promise<FoundPending> {
  const octets = await context.sealer.openText(handleKind, handle)
  const [id = '', secret = ''] = octets === undefined ? [] : new TextDecoder().decode(octets).split('.')
  if (id === '') throw unknownHandle()
  const found = await context.pending.find(id)
  if (found === undefined) throw new AAuthError('gone', { hint: 'the request has ended' })
  const { arrival } = found.request
  if (arrival?.person !== person || arrival.secret !== (await secretDigest(secret))) throw unknownHandle()
  return found
}

/** Whoever the record knows is the only one who may decide, if an account is linked with that person. */
export async function assertLinked(
  context: ManagedContext,
  { personKey }: PendingRequest,
  person: string,
): Promise<void> {
  if (!(await isLinked(context, personKey ?? undefined, person)))
    throw new AAuthError('access_denied', { hint: 'another account is linked with the person of the token' })
}

/**
 * Whether an account of the application is linked with the person of a token, or none is.
 * @param key the `personKey` of the person, if the token names one
 * @throws {AAuthError} `access_denied` (the promise rejects) if `accountOf` is missing
 */
export async function isLinked(
  { settings, state }: ManagedContext,
  key: string | undefined,
  person: string,
): Promise<boolean> {
  if (key === undefined) return true
  const { accountOf } = settings.interaction ?? {}
  if (accountOf === undefined)
    throw new AAuthError('access_denied', {
      hint: 'the token names a person, and "interaction.accountOf" is missing: say which account is linked with them',
    })
  const account = await within(state, '"interaction.accountOf"', accountOf(key))
  return account === undefined || account === person
}

/** @throws {AAuthError} for a request that was ended or decided */
export function assertOpen({ request, ended }: FoundPending): void {
  if (ended === 'mission_terminated')
    throw new AAuthError('mission_terminated', { hint: 'the mission of the request was terminated' })
  if (ended !== undefined) throw new AAuthError('revoked', { hint: 'the request was revoked' })
  if (request.outcome?.code === 'invalid_code') throw invalidCode('there were too many wrong codes')
  if (request.outcome !== null) throw new AAuthError('gone', { hint: 'the request was decided before' })
}

/** Wrong codes count against a request only where its own page was open, so that guessers end no others. */
async function countWrongCode({ pending, polls }: ManagedContext, id: string): Promise<void> {
  for (let attempt = 0; attempt < maxWrongCodes; attempt++) {
    const found = await pending.find(id)
    if (found === undefined || found.ended !== undefined) return
    const { request } = found
    if (request.outcome !== null || request.arrival !== null) return
    const wrongCodes = request.wrongCodes + 1
    const outcome = wrongCodes < maxWrongCodes ? null : ({ code: 'invalid_code' } as const)
    if ((await pending.replace(found, { ...request, wrongCodes, outcome })) !== 'replaced') continue
    if (outcome !== null) polls.wake(id)
    return
  }
}

function secretDigest(secret: string): Promise<string> {
  return digestOf('page', secret)
}

function invalidCode(hint: string): AAuthError {
  return new AAuthError('invalid_code', { hint })
}

export function expired(): AAuthError {
  return new AAuthError('expired', { hint: 'nobody decided in time' })
}

function unknownHandle(): AAuthError {
  return new AAuthError('not_found', { hint: 'the page handle does not belong to this person' })
}
