import { AAuthError } from '../errors/aauth-error.ts'
import { decodeBytes } from '../wire/byte-sequence.ts'
import { DictionarySyntaxError, type InnerList, type Item } from '../wire/dictionary.ts'
import { quoted } from '../wire/quoted.ts'
import { serializeInnerList } from '../wire/serialize.ts'
import { readSignatureHeaders, type SignatureHeaders } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** Agents present a token, servers name a key they publish (draft 11 §11.3.2). */
export type SignatureScheme = 'jwt' | 'jwks_uri'

/** What a signature says of itself. Nothing in it is verified. */
export interface SignatureStatement {
  /** Names of the covered components, in signing order, none twice, none with parameters. Frozen. */
  readonly components: readonly string[]
  /** The first covered component that is not among them: its name as a hint shows it. */
  readonly unsupported: string | undefined
  readonly created: number
  readonly expires: number | undefined
  /** Whether it has a `nonce`. An empty one does not count. */
  readonly hasNonce: boolean
  /** The member of `Signature-Input` as canonical text: the value of `@signature-params`. */
  readonly params: string
  /** The signature as base64 text. */
  readonly signature: string
}

/** The one signature of a request that is looked at. Nothing in it is verified. */
export interface UntrustedSignature extends SignatureStatement {
  readonly label: string
  /** The member of `Signature-Key` with the same label. */
  readonly key: Item
}

const componentName = /^(?:@[a-z-]+|[a-z0-9!#$%&'*+.^_`|~-]+)$/

/**
 * Reads the three fields and picks the signature by its label: of the labels in all three, the one with the
 * scheme that is wanted. Members under other labels never matter (SIG-4 to SIG-6, R11-082 to R11-085).
 *
 * @throws {AAuthError} `invalid_signature`
 */
export function selectSignature(request: SignedRequest, scheme: SignatureScheme = 'jwt'): UntrustedSignature {
  const headers = readSignatureHeaders(request)
  if (headers instanceof DictionarySyntaxError) throw invalidSignature(headers.message)
  const label = selectLabel(headers, scheme)
  const input = headers.input.get(label) as InnerList
  const signature = headers.signature.get(label)
  if (input.kind !== 'inner-list')
    throw invalidSignature(
      `${quoted(label)} in Signature-Input is not an inner list: list the covered components in parentheses`,
    )
  if (signature?.kind !== 'item' || signature.item.type !== 'bytes')
    throw invalidSignature(
      `${quoted(label)} in Signature is not a byte sequence: write base64 between colons`,
    )
  return {
    label,
    ...readComponents(input),
    created: readTime(input, 'created') ?? missingCreated(),
    expires: readTime(input, 'expires'),
    hasNonce: hasNonce(input),
    params: serializeInnerList(input),
    key: headers.key.get(label) as Item,
    signature: signature.item.value,
  }
}

/** The octets of the signature; both algorithms produce 64. @throws {AAuthError} `invalid_signature` */
export function signatureBytes({
  signature,
}: Pick<SignatureStatement, 'signature'>): Uint8Array<ArrayBuffer> {
  const bytes = decodeBytes(signature)
  if (bytes.length === 64) return bytes
  throw invalidSignature(
    `the signature has ${bytes.length} octets: Ed25519 and ES256 make 64 (r and s for ES256, not DER)`,
  )
}

function selectLabel({ input, signature, key }: SignatureHeaders, scheme: SignatureScheme): string {
  const common = [...key.keys()].filter((label) => input.has(label) && signature.has(label))
  const [first] = common
  if (first === undefined)
    throw invalidSignature(
      'no label is in all three signature fields: use one label in Signature-Input, Signature and Signature-Key',
    )
  const suitable = common.filter((label) => schemeOf(key.get(label)) === scheme)
  if (suitable.length > 1) throw invalidSignature(`several signatures use scheme ${scheme}: send one of them`)
  return suitable[0] ?? first
}

/** The scheme that a `Signature-Key` member names, if it names one. */
export function schemeOf(member: Item | InnerList | undefined): string | undefined {
  return member?.kind === 'item' && member.item.type === 'token' ? member.item.value : undefined
}

/** A component with parameters has another value than the bare one; none is supported (SIG-13). */
function readComponents(input: InnerList): Pick<UntrustedSignature, 'components' | 'unsupported'> {
  const components: string[] = []
  let unsupported: string | undefined
  for (const { item, params } of input.items) {
    if (item.type !== 'string')
      throw invalidSignature('a covered component is not a string: write its name in double quotes')
    if (params.size > 0 || !componentName.test(item.value)) {
      unsupported ??= quoted(item.value)
      continue
    }
    if (components.includes(item.value)) throw invalidSignature(`${quoted(item.value)} is covered twice`)
    components.push(item.value)
  }
  return { components: Object.freeze(components), unsupported }
}

function readTime(input: InnerList, name: 'created' | 'expires'): number | undefined {
  const value = input.params.get(name)
  if (value === undefined) return undefined
  if (value.type !== 'integer')
    throw invalidSignature(`"${name}" in Signature-Input is not an integer: give it in whole seconds`)
  return value.value
}

function hasNonce({ params }: InnerList): boolean {
  const nonce = params.get('nonce')
  return nonce?.type === 'string' && nonce.value !== ''
}

function missingCreated(): never {
  throw invalidSignature('"created" is missing in Signature-Input: add it as a parameter, in seconds')
}

function invalidSignature(hint: string): AAuthError {
  return new AAuthError('invalid_signature', { hint })
}
