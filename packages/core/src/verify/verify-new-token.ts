import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { verifyTokenSignature } from '../keys/verify-token-signature.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertIssuerTrusted, keySourceOf } from '../resource/trusted-issuers.ts'
import { authTemplate } from '../token/auth.ts'
import { asVerified } from '../token/claims.ts'
import { allowsLegacyAlgorithms } from '../token/generations.ts'
import { checkPublicKey, importPublicKey, thumbprint } from '../token/public-key.ts'
import { readClaims } from '../token/read-claims.ts'
import { decodeToken } from '../token/untrusted-token.ts'
import { type PossessionProof, verifyPossession } from './possession.ts'

/** A verified token, and whether possession of its key was proved in the process. */
export interface NewToken {
  readonly token: VerifiedToken
  readonly possessed: boolean
}

/**
 * Verifies a token that is new, or whose issuer's keys are due for renewal: structure, times and audience, then the
 * issuer, then its keys, then the signature (docs/decisions.md#order-of-checks).
 *
 * @throws {AAuthError} the error of the first check that fails
 */
export async function verifyNewToken(
  state: ResourceState,
  proof: PossessionProof,
  text: string,
  { trust }: CompiledRequirement,
  now: number,
): Promise<NewToken> {
  const { settings, keys, tokens, platform } = state
  const known = await tokens.confirm(text, now)
  if (known) {
    assertIssuerTrusted(state, trust, known.claims)
    return { token: known, possessed: false }
  }
  await state.selfTested()
  const untrusted = decodeToken(text)
  const claims = readClaims(untrusted, { ...settings, window: settings.signatureWindow }, now)
  try {
    assertIssuerTrusted(state, trust, claims)
  } catch (refusal) {
    state.refusedTokens.note(text, claims, now)
    throw refusal
  }
  const legacy = allowsLegacyAlgorithms(claims.generation, settings.generations)
  const checkedKey = checkPublicKey(claims.jwk, legacy)
  const remembered = state.agentKeys.get(checkedKey)
  const key = remembered?.key ?? (await importPublicKey(platform, checkedKey))
  const source = keySourceOf(settings, claims)
  // Keys are fetched only for a caller that has proved possession of the key in the token
  // (docs/decisions.md#order-of-checks).
  const possessed = !keys.has(source, untrusted.kid)
  if (possessed) await verifyPossession(state, proof, { key, checkedKey })
  const signedWith = await verifyTokenSignature(untrusted, source, keys, legacy, platform)
  const verified = asVerified(claims)
  const jkt = remembered?.thumbprint ?? (await thumbprint(platform, checkedKey))
  state.agentKeys.keep(checkedKey, { key, thumbprint: jkt })
  const template = authTemplate(verified, jkt, source.named)
  const token = { claims: verified, source, checkedKey, key, thumbprint: jkt, template }
  tokens.set(text, token, signedWith)
  return { token, possessed }
}
