import { createPublicKey, verify } from 'node:crypto'
import type { SignedMessage, TestKey } from '@aauth-guard/testing'
import {
  type BareItem,
  type InnerList,
  type Item,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from 'structured-headers'

/** A signed message as its receiver reads it; nothing here comes from the records of the signer. */
export interface Received {
  /** Component identifiers with their parameters, as they are written. */
  readonly covered: readonly string[]
  /** Parameters of the signature. */
  readonly params: Readonly<Record<string, BareItem>>
  readonly scheme: string
  readonly schemeParams: Readonly<Record<string, BareItem>>
  /** The signature base, rebuilt from what came over the wire (RFC 9421 §2.5). */
  readonly base: string
  readonly signature: Buffer
}

/** Every line of a field, in order. */
export function linesOf({ headers }: SignedMessage, name: string): string[] {
  return headers.filter(([key]) => key === name).map(([, value]) => value)
}

/** The labels in the three fields. */
export function labelsOf(message: SignedMessage): Record<'input' | 'signature' | 'key', string[]> {
  const labels = (name: string): string[] => [...parseDictionary(linesOf(message, name).join(', ')).keys()]
  return { input: labels('signature-input'), signature: labels('signature'), key: labels('signature-key') }
}

/** Reads the signature under `label`. */
export function receive(message: SignedMessage, label = 'sig'): Received {
  const member = (field: string): Item | InnerList | undefined =>
    parseDictionary(linesOf(message, field).join(', ')).get(label)
  const input = member('signature-input') as InnerList
  const [scheme, schemeParams] = member('signature-key') as Item
  const [bytes] = member('signature') as [ArrayBuffer, unknown]
  const lines = input[0].map((item) => `${serializeItem(item)}: ${componentValue(message, item as never)}`)
  return {
    covered: input[0].map((item) => serializeItem(item)),
    params: Object.fromEntries(input[1]),
    scheme: String(scheme),
    schemeParams: Object.fromEntries(schemeParams),
    base: [...lines, `"@signature-params": ${serializeInnerList(input)}`].join('\n'),
    signature: Buffer.from(bytes),
  }
}

/** Whether `signature` is a signature of `key` over `base`, verified by node:crypto. */
export function isSignatureOf(key: TestKey, base: string | Buffer, signature: Buffer): boolean {
  const publicKey = createPublicKey({ key: key.jwk as never, format: 'jwk' })
  return key.alg === 'Ed25519'
    ? verify(null, Buffer.from(base), publicKey, signature)
    : verify('sha256', Buffer.from(base), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
}

/** Whether a message verifies under `key`, for its receiver. */
export function verifies(message: SignedMessage, key: TestKey, label?: string): boolean {
  const { base, signature } = receive(message, label)
  return isSignatureOf(key, base, signature)
}

function componentValue(message: SignedMessage, [name, params]: [string, Map<string, BareItem>]): string {
  const [path = '', ...query] = message.target.split('?')
  switch (name) {
    case '@method':
      return message.method
    case '@authority':
      return new URL(message.url).host
    case '@path':
      return path
    case '@query':
      return `?${query.join('?')}`
  }
  const field = linesOf(message, name).join(', ')
  const key = params.get('key')
  return typeof key === 'string' ? serializeItem(parseDictionary(field).get(key) as Item) : field
}
