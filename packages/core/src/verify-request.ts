import { admit } from './admit.ts'
import type { Deadline } from './deadline.ts'
import { AAuthError } from './errors.ts'
import type { VerifiedToken } from './keys/verified-tokens.ts'
import { type MetToken, meetToken } from './meet-token.ts'
import { assertedMission } from './mission/asserted.ts'
import { type PossessionProof, verifyPossession } from './possession.ts'
import type { UntrustedRequest } from './read-request.ts'
import type { CompiledRequirement } from './requirement.ts'
import type { ResourceState } from './resource.ts'
import { type ContentDigests, matchesDigests, readContentDigest } from './signature/content-digest.ts'
import { remembersMethod } from './signature/replay.ts'
import { markUsed } from './stores/ask.ts'
import type { Mission } from './token/claims.ts'
import { isRevoked, revoked } from './token-revocation.ts'
import type { Transport } from './transport.ts'
import type { SignedRequest } from './wire/signed-request.ts'

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
  /** The agent provider that the key of a token without class is linked to, as of the last look. */
  linkedProvider: string | undefined
}

/**
 * From what a request presents to what is known of it: token, revocation, signature, content, replay, mission
 * (architecture §3).
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
  if (known) admit(settings, requirement.trust, known.claims)
  const meet = (): Promise<MetToken> | MetToken =>
    deadline.waitFor('the keys of the issuer', meetToken(proof, tokenText, requirement, now))
  const met = known ? { token: known, possessed: false } : await meet()
  let { token } = met
  if (!met.possessed) await verifyPossession(proof, token)
  const askedAt = performance.now()
  const found = isRevoked(state, token.claims)
  if (typeof found === 'boolean' ? found : await found) throw revoked(token)
  // Keys from before a purge vouch for nothing, also where the purge became known a moment ago.
  if (state.purges.has(token.claims.iss) && state.tokens.get(tokenText, now) !== token)
    ({ token } = await meet())
  if (known === undefined) state.missionWatch?.learn(token.claims)
  const bound = signature.components.includes('content-digest')
  const digest = bound ? await readDigest(state, request) : undefined
  if (remembersMethod(settings.replay, transport.method)) await markReplay(proof, token, now)
  const asserted = settings.generations.has('mission-header')
    ? assertedMission(request, token.claims)
    : undefined
  return {
    token,
    transport,
    covered: signature.components,
    asserted,
    digest,
    askedAt,
    linkedProvider: undefined,
  }
}

/** A covered digest is compared at once where the content is at hand (SIG-12, R11-104). */
async function readDigest(
  { platform }: ResourceState,
  request: SignedRequest,
): Promise<VerifiedRequest['digest']> {
  const expected = readContentDigest(request.header('content-digest'))
  if (expected === undefined)
    throw new AAuthError('invalid_signature', { hint: 'Content-Digest holds no digest that can be checked' })
  if (request.body === undefined) return { expected, checked: false }
  if (await matchesDigests(expected, request.body, platform.digest)) return { expected, checked: true }
  throw new AAuthError('invalid_signature', { hint: 'Content-Digest is not the digest of the content' })
}

/** Last of the signature steps, so that nobody can use up the signature of another (REPLAY-2, security J10). */
async function markReplay(
  { state: { platform, replays, settings }, signature: { created }, base }: PossessionProof,
  { claims: { iss: issuer }, source: { named: listed }, thumbprint: owner }: VerifiedToken,
  now: number,
): Promise<void> {
  const { signatureWindow: window } = settings
  const until = created + window
  const fingerprint = await platform.sha256(base)
  const verdict = await markUsed(replays, { issuer, owner, fingerprint, until, window, listed })
  switch (verdict) {
    case 'first':
      return
    case 'repeated':
      throw new AAuthError('invalid_signature', { hint: 'the same signature was used before' })
    case 'full':
      throw new AAuthError('rate_limited', {
        hint: `${listed ? '' : 'unlisted '}issuer "${issuer}" or its key ${owner} has used up its share of "limits"`,
        retryAfter: window,
      })
    case 'unknown':
      throw new AAuthError('server_error', { hint: clocksDiffer(until, window, now), retryAfter: 1 })
  }
}

/** A second later `created` differs, and with it the signature. */
function clocksDiffer(until: number, window: number, now: number): string {
  return (
    `"stores.replays" cannot tell whether a signature that is fresh until ${until} was used before: the clock of the ` +
    `resource is at ${now}, and that of the store is at ${until + 60} or later, or before ${until - 2 * window - 60}, ` +
    'or went back: set both clocks by NTP'
  )
}
