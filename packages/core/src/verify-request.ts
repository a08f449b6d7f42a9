import { admit, sourceOf } from './admit.ts'
import { unsignedChallenge } from './challenge.ts'
import { AAuthError } from './errors.ts'
import type { VerifiedToken } from './keys/verified-tokens.ts'
import { allowsLegacy, verifyToken } from './keys/verify-token.ts'
import { assertedMission } from './mission/asserted.ts'
import type { CompiledRequirement } from './requirement.ts'
import type { ResourceState } from './resource.ts'
import { signatureBase } from './signature/base.ts'
import { type ContentDigests, matchesDigests, readContentDigest } from './signature/content-digest.ts'
import { checkCoverage, requiredComponents } from './signature/coverage.ts'
import { checkFreshness } from './signature/freshness.ts'
import { remembersMethod } from './signature/replay.ts'
import {
  schemeOf,
  selectSignature,
  signatureBytes,
  type UntrustedSignature,
} from './signature/select-signature.ts'
import { authTemplate } from './token/auth.ts'
import { type Mission, readClaims, renewal } from './token/claims.ts'
import { checkPublicKey, importPublicKey, isOnCurve, thumbprint } from './token/public-key.ts'
import { decodeToken } from './token/untrusted-token.ts'
import { checkTransport, type Transport } from './transport.ts'
import { isUnsigned } from './wire/signature-headers.ts'
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
}

/** The way of a request up to its identity, a line a step (architecture §3). @throws {AAuthError} */
export async function verifyRequest(
  state: ResourceState,
  request: SignedRequest,
  requirement: CompiledRequirement,
): Promise<VerifiedRequest> {
  const { settings } = state
  const now = settings.now()
  const transport = checkTransport(request, settings.authorities)
  if (isUnsigned(request)) throw unsignedChallenge(settings, requirement)
  const required = requiredFor(state, request, requirement)
  const signature = selectSignature(request, required)
  checkCoverage(signature.components, required)
  checkFreshness(signature, now, settings.signatureWindow)
  const text = readTokenText(signature)
  const base = signatureBase(signature.components, signature.signatureParams, transport, request, required)
  const { token, possessed } = await verifiedToken(state, text, signature, base, requirement, now)
  if (state.revocations.has(token.claims.iss, token.claims.jti)) throw revoked(token)
  if (!possessed) await verifyPossession(state, token, signature, base)
  const digest = await readDigest(state, request, signature)
  if (remembersMethod(settings.replay, transport.method)) await markReplay(state, token, signature, base, now)
  const asserted = settings.generations.has('mission-header')
    ? assertedMission(request, token.claims)
    : undefined
  return { token, transport, covered: signature.components, asserted, digest }
}

/** The complete list of components for this request on this route. */
export function requiredFor(
  { settings }: ResourceState,
  request: SignedRequest,
  { components }: CompiledRequirement,
): readonly string[] {
  const demanded = [...settings.additionalSignatureComponents, ...components]
  return requiredComponents(request, demanded, settings.generations.has('mission-header'))
}

/** KEY-1, KEY-3, KEY-4. */
function readTokenText({ label, key }: UntrustedSignature): string {
  if (schemeOf(key) !== 'jwt')
    throw new AAuthError('unsupported_scheme', { hint: `"${label}" does not use scheme jwt` })
  const jwt = key.params.get('jwt')
  if (jwt?.type !== 'string')
    throw new AAuthError('invalid_jwt', { hint: 'the jwt parameter is missing or no string' })
  return jwt.value
}

/** A token is verified once; then only what can change is looked at (architecture §7). */
async function verifiedToken(
  state: ResourceState,
  text: string,
  signature: UntrustedSignature,
  base: string,
  requirement: CompiledRequirement,
  now: number,
): Promise<{ token: VerifiedToken; possessed: boolean }> {
  const { settings, keys, tokens, platform } = state
  const known = tokens.get(text, now) ?? (await tokens.confirm(text, now))
  if (known) {
    admit(settings, requirement.trust, known.claims)
    return { token: known, possessed: false }
  }
  await state.selfTested()
  const untrusted = decodeToken(text)
  const rules = { ...settings, window: settings.signatureWindow }
  const claims = readClaims(untrusted, rules, now)
  admit(settings, requirement.trust, claims)
  const legacy = allowsLegacy(claims, settings.generations.has('mission-header'))
  const checkedKey = checkPublicKey(claims.jwk, legacy)
  const key = await importPublicKey(platform, checkedKey)
  const source = sourceOf(settings, claims)
  // Nobody gets this server to fetch anything without having shown the key in the token (security §0.3).
  const possessed = !keys.has(source)
  if (possessed) await verifyPossession(state, { key, checkedKey }, signature, base)
  const signedWith = await verifyToken(untrusted, source, keys, legacy)
  const verified = { ...claims, verified: true } as const
  const jkt = await thumbprint(platform, checkedKey)
  const token = {
    claims: verified,
    source,
    checkedKey,
    key,
    thumbprint: jkt,
    template: authTemplate(verified, jkt),
  }
  tokens.set(text, token, signedWith)
  return { token, possessed }
}

/** SIG-24, R11-102. */
async function verifyPossession(
  { platform }: ResourceState,
  { key, checkedKey }: Pick<VerifiedToken, 'key' | 'checkedKey'>,
  signature: UntrustedSignature,
  base: string,
): Promise<void> {
  const verdict = platform.verify(key, signatureBytes(signature), base)
  if (typeof verdict === 'boolean' ? verdict : await verdict) return
  if (!(await isOnCurve(checkedKey)))
    throw new AAuthError('invalid_key', { hint: 'cnf.jwk is no point of its curve' })
  throw new AAuthError('invalid_signature', { hint: 'the signature does not verify with cnf.jwk' })
}

/** A covered digest is compared at once where the content is at hand (SIG-12, R11-104). */
async function readDigest(
  { platform }: ResourceState,
  request: SignedRequest,
  { components }: UntrustedSignature,
): Promise<VerifiedRequest['digest']> {
  if (!components.includes('content-digest')) return undefined
  const expected = readContentDigest(request.header('content-digest'))
  if (expected === undefined)
    throw new AAuthError('invalid_signature', { hint: 'Content-Digest holds no digest that can be checked' })
  if (request.body === undefined) return { expected, checked: false }
  if (await matchesDigests(expected, request.body, platform.digest)) return { expected, checked: true }
  throw new AAuthError('invalid_signature', { hint: 'Content-Digest is not the digest of the content' })
}

/** Last of the signature steps, so that nobody can use up the signature of another (REPLAY-2, security J10). */
async function markReplay(
  { platform, replays, settings }: ResourceState,
  { thumbprint: owner }: VerifiedToken,
  { created }: UntrustedSignature,
  base: string,
  now: number,
): Promise<void> {
  const verdict = replays.mark(owner, await platform.sha256(base), created + settings.signatureWindow, now)
  if (verdict === 'repeated')
    throw new AAuthError('invalid_signature', { hint: 'the same signature was used before' })
  if (verdict === 'full')
    throw new AAuthError('rate_limited', {
      hint: 'too many signatures to remember',
      retryAfter: settings.signatureWindow,
    })
}

function revoked({ claims }: VerifiedToken): AAuthError {
  return new AAuthError('revoked_jwt', {
    hint: `${claims.jti} of ${claims.iss} is revoked`,
    ...renewal(claims.kind, claims.generation),
  })
}
