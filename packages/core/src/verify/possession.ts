import { AAuthError } from '../errors/aauth-error.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { ResourceState } from '../resource/state.ts'
import type { SignatureBase } from '../signature/base.ts'
import { type SignatureStatement, signatureBytes } from '../signature/select-signature.ts'
import { isOnCurve } from '../token/public-key.ts'
import { quoted } from '../wire/quoted.ts'
import type { Transport } from './transport.ts'

/** Proof that the caller holds a key: the signature and the text that it should sign. */
export interface PossessionProof {
  readonly signature: SignatureStatement
  readonly base: SignatureBase
  readonly transport: Transport
}

/**
 * Verifies the HTTP message signature with the key of the token (SIG-24, R11-102).
 * @throws {AAuthError} `invalid_signature`, or `invalid_key` when the key is not a point of its curve
 */
export async function verifyPossession(
  state: ResourceState,
  proof: PossessionProof,
  token: Pick<VerifiedToken, 'key' | 'checkedKey'>,
): Promise<void> {
  if (!(await isPossessed(state, proof, token))) throw await notPossessed(proof, token)
}

/** Whether the key of the token made the signature. @throws {AAuthError} `invalid_signature` if it is not one */
export function isPossessed(
  { platform }: ResourceState,
  { signature: { signature }, base }: PossessionProof,
  { key }: Pick<VerifiedToken, 'key'>,
): boolean | Promise<boolean> {
  return platform.verify(key, isOf64Octets(signature) ? signature : signatureBytes({ signature }), base)
}

/** Whether it can be handed on as text. Without its padding it cannot. */
function isOf64Octets(base64: string): boolean {
  return base64.length === 88 && base64.endsWith('==')
}

/** The refusal of a signature that does not verify. */
export async function notPossessed(
  { transport }: PossessionProof,
  { checkedKey }: Pick<VerifiedToken, 'checkedKey'>,
): Promise<AAuthError> {
  if (await isOnCurve(checkedKey)) return new AAuthError('invalid_signature', { hint: mismatch(transport) })
  return new AAuthError('invalid_key', {
    hint: '"cnf.jwk" of the token is not a point of its curve: the agent must generate a new key',
  })
}

/** Mentions proxies first, since a changed host or path is more common than an agent that signs incorrectly. */
function mismatch({ method, authority, host, target, strippedPrefix }: Transport): string {
  const { path } = target
  const called = host === undefined || host.toLowerCase() === authority ? '' : ` (Host is ${quoted(host)})`
  const prefix =
    strippedPrefix === ''
      ? 'if a proxy removes a prefix from the path, name it in "strippedPrefix"'
      : `the path includes "strippedPrefix" ${quoted(strippedPrefix)}: remove it if no proxy takes it away`
  return (
    `the signature does not verify with "cnf.jwk" of the token, for method ${quoted(method)}, ` +
    `authority ${quoted(authority)}${called} and path ${quoted(path)}: ` +
    `if agents call another host, list it in "authorities"; ${prefix}; ` +
    'if it decodes the path, let it forward the path as it came; ' +
    'otherwise the agent signed other values or used another key'
  )
}
