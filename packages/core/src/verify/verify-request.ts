import { AAuthError } from '../errors/aauth-error.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { Deadline } from '../limits/deadline.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { isRevoked, revoked } from '../resource/token-revocation.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import {
  type ContentDigests,
  contentDiffers,
  matchesDigests,
  readContentDigest,
} from '../signature/content-digest.ts'
import { hasNonce, isOneTime } from '../signature/replay.ts'
import type { Mission } from '../token/claims.ts'
import { serves } from '../token/generations.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { assertedMission } from './asserted-mission.ts'
import { signatureMarker } from './mark-signature.ts'
import { verifyPossession } from './possession.ts'
import type { UntrustedRequest } from './read-request.ts'
import type { Transport } from './transport.ts'
import { type NewToken, verifyNewToken } from './verify-new-token.ts'

/** A request whose signature and token verified, before anybody asks whether that is enough. */
export interface VerifiedRequest {
  readonly token: VerifiedToken
  readonly transport: Transport
  readonly covered: readonly string[]
  /** What `AAuth-Mission` asserts and no token vouches for. */
  readonly asserted: Mission | undefined
  /** The covered digests, until the content was compared with them. */
  readonly digest: { readonly expected: ContentDigests; checked: boolean } | undefined
  /** Milliseconds of the monotonic clock at which the question was sent whether the token is revoked. */
  askedAt: number
  /** The agent provider that the key is linked to, as of the last look; not noted for agent tokens. */
  linkedProvider: string | undefined
  /** Whether the signature has a `nonce`. */
  readonly hasNonce: boolean
  /** Marks the signature as used, unless a guard has done so. @throws {AAuthError} (the promise rejects) */
  readonly markUsed: () => Promise<void>
}

/**
 * From what a request presents to what is known of it: token, signature, content, revocation, replay, mission
 * (docs/decisions.md#order-of-checks).
 *
 * The stores are asked as early as may be, and judged in this order. A look at the revocations begins once the token is
 * known to be its issuer's. The signature is marked once it and the covered content verified, so that nobody can use up
 * the signature of another (REPLAY-2, J10).
 * @throws {AAuthError}
 */
export async function verifyRequest(
  state: ResourceState,
  request: SignedRequest,
  { transport, signature, base, tokenText }: UntrustedRequest,
  requirement: CompiledRequirement,
  now: number,
  deadline: Deadline,
): Promise<VerifiedRequest> {
  const { settings } = state
  const proof = { state, signature, base, transport }
  const known = state.tokens.get(tokenText, now)
  if (known) assertIssuerTrusted(settings, requirement.trust, known.claims)
  const meet = (): Promise<NewToken> | NewToken =>
    deadline.waitFor('the keys of the issuer', verifyNewToken(proof, tokenText, requirement, now))
  const met = known ? { token: known, possessed: false } : await meet()
  let { token } = met
  const askedAt = performance.now()
  const look = begin(() => isRevoked(state, met.token.claims))
  if (!met.possessed) await verifyPossession(proof, token)
  const bound = signature.components.includes('content-digest')
  const digest = bound ? await readDigest(state, request) : undefined
  const markUsed = signatureMarker(proof, token, now)
  const oneTime = requirement.singleUse || isOneTime(settings.replay, transport.method, signature)
  const marking = oneTime ? begin(markUsed) : undefined
  const found = look()
  if (typeof found === 'boolean' ? found : await found) throw revoked(token)
  // Keys from before a purge vouch for nothing, also where the purge became known a moment ago.
  if (state.purges.has(token.claims.iss) && state.tokens.get(tokenText, now) !== token)
    ({ token } = await meet())
  if (known === undefined) state.missionMonitor?.learn(token.claims)
  await marking?.()
  const asserted = serves(settings.generations, 'missionHeader')
    ? assertedMission(request, token.claims)
    : undefined
  return {
    token,
    transport,
    covered: signature.components,
    asserted,
    digest,
    hasNonce: hasNonce(signature),
    markUsed,
    askedAt,
    linkedProvider: undefined,
  }
}

/**
 * Asks now what is judged later. A rejection is heard at once, since one that nobody hears ends the process.
 * @returns hands on the answer, or throws the fault
 */
function begin<T>(ask: () => T | Promise<T>): () => T | Promise<T> {
  try {
    const answer = ask()
    if (answer instanceof Promise) answer.catch(() => undefined)
    return () => answer
  } catch (fault) {
    return () => {
      throw fault
    }
  }
}

const unreadable =
  '"content-digest" holds no digest that can be checked: send one of sha-256 or sha-512, as a byte sequence'

/** A covered digest is compared at once where the content is at hand (SIG-12, R11-104). */
async function readDigest(
  { platform }: ResourceState,
  request: SignedRequest,
): Promise<VerifiedRequest['digest']> {
  const expected = readContentDigest(request.header('content-digest'))
  if (expected === undefined) throw new AAuthError('invalid_signature', { hint: unreadable })
  if (request.body === undefined) return { expected, checked: false }
  if (await matchesDigests(expected, request.body, platform.digest)) return { expected, checked: true }
  throw contentDiffers()
}
