import { AAuthError } from '../errors/aauth-error.ts'
import type { DigestAlgorithm, Platform } from '../platform/platform.ts'
import { contentDiffers, matchesDigests } from '../signature/content-digest.ts'
import type { Auth } from '../token/auth.ts'
import { assertStillGood } from '../verify/assert-still-good.ts'
import { provenanceOf } from '../verify/provenance.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { accept, refuse } from './conclude.ts'
import type { Grounds } from './decision-event.ts'

const nothing = new Uint8Array()

/** Whether the content of a request is bound to its signature, and whether that was checked. */
export type ContentBinding = 'uncovered' | 'unchecked' | 'checked'

/** Whether the content is bound to the signature of `auth`. @throws {TypeError} for an `auth` that no resource made */
export function contentBinding(auth: Auth): ContentBinding {
  const { digest } = provenanceOf(auth).verified
  if (digest === undefined) return 'uncovered'
  return digest.checked ? 'checked' : 'unchecked'
}

/**
 * Compares the content with the digest that the signature covers. `content` is what was received after transfer
 * decoding and before content decoding. Returns synchronously if the runtime hashes synchronously.
 *
 * @throws {AAuthError} `invalid_signature` (or the promise rejects with it) when they differ
 */
export function verifyContent(auth: Auth, content: Uint8Array): void | Promise<void> {
  const { state } = provenanceOf(auth)
  return compare(auth, content, state.platform.digest)
}

function compare(auth: Auth, content: Uint8Array, digestOf: Platform['digest']): void | Promise<void> {
  const { state, request, verified } = provenanceOf(auth)
  const { digest } = verified
  if (digest === undefined) return undefined
  const grounds: Grounds = { point: 'content', request, isRecorded: true }
  const conclude = (matches: boolean): void => {
    if (!matches) throw refuse(state, grounds, contentDiffers())
    const late = !digest.checked
    digest.checked = true
    if (late) accept(state, grounds)
  }
  const verdict = matchesDigests(digest.expected, content, digestOf)
  return typeof verdict === 'boolean' ? conclude(verdict) : verdict.then(conclude)
}

/**
 * Reads the content and compares it with the covered digest, unless that was done before. An adapter calls this once the
 * caller is verified. When the promise resolves, the content has been compared. What may have changed while the content
 * arrived is checked again: that the token is valid and its mission active.
 *
 * @param read the content after transfer decoding and before content decoding; `undefined` if it was read before and
 * not kept
 * @param remedy how to keep the content in this framework; ends the hint of the error
 * @throws {AAuthError} `invalid_signature` if they differ; `expired_jwt`, `revoked_jwt` or `mission_terminated` if the
 * token or mission ended in the meantime; `server_error` if `read` has no content or a store fails; what `read` throws
 */
export async function bindContent(
  auth: Auth,
  read: () => Promise<Uint8Array | undefined>,
  remedy: string = readFirst,
): Promise<void> {
  if (contentBinding(auth) !== 'unchecked') return
  await bind(auth, async () => {
    const content = await read()
    if (content === undefined) throw contentNotCompared(remedy)
    await verifyContent(auth, content)
  })
}

/**
 * The same for content that is too large to be kept: who streams it also makes the digests, and holds back its end until
 * the promise resolves.
 *
 * @param digestOf the digest of the whole content; called once for each algorithm that the signed field names
 * @throws {AAuthError} as {@link bindContent}
 */
export async function bindDigests(
  auth: Auth,
  digestOf: (algorithm: DigestAlgorithm) => Uint8Array,
): Promise<void> {
  if (contentBinding(auth) === 'unchecked') await bind(auth, async () => compare(auth, nothing, digestOf))
}

async function bind(auth: Auth, compareContent: () => Promise<void>): Promise<void> {
  const { state, request, verified } = provenanceOf(auth)
  try {
    await compareContent()
    // The client decides how long sending the content takes.
    await assertStillGood(state, verified)
  } catch (error) {
    throw refuse(state, { point: 'content', request }, error)
  }
}

const readFirst = 'let the guard read the content before anything else does'

/** @throws {AAuthError} `server_error` when the signature covers a digest that was not compared with the content */
export function assertContentCompared(
  { digest }: Pick<VerifiedRequest, 'digest'>,
  remedy = 'pass a "body" with the request, or { content: \'later\' } and call verifyContent',
): void {
  if (digest?.checked === false) throw contentNotCompared(remedy)
}

/** The agent made no mistake, so the response tells it to try again. */
function contentNotCompared(remedy: string): AAuthError {
  const hint = `the signature covers "content-digest", but the content was not compared with it: ${remedy}`
  return new AAuthError('server_error', { hint, retryAfter: 5 })
}

/**
 * Checks again what may have changed while content arrived that other code read and compared, such as a parser that a
 * guard runs.
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (the promise rejects)
 */
export async function assertStillAccepted(auth: Auth): Promise<void> {
  const { state, request, verified } = provenanceOf(auth)
  try {
    await assertStillGood(state, verified)
  } catch (error) {
    throw refuse(state, { point: 'content', request }, error)
  }
}
