import { base64url } from './keys.ts'

/** The segments of a token. */
export type Parts = readonly [header: string, payload: string, signature: string]

const standard = (segment: string): string => segment.replaceAll('-', '+').replaceAll('_', '/')
const text = (segment: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(standard(segment)), (octet) => octet.charCodeAt(0)))
const lastBit = (segment: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(segment.at(-1) ?? 'A')
  return segment.slice(0, -1) + alphabet[last ^ 1]
}
const json = (segment: string, change: (source: string) => string): string => base64url(change(text(segment)))

/** A way to corrupt a token. */
export type Corruption =
  | 'padded-signature'
  | 'padded-payload'
  | 'trailing-bits'
  | 'trailing-newline'
  | 'inner-space'
  | 'standard-alphabet'
  | 'two-parts'
  | 'four-parts'
  | 'empty-signature'
  | 'not-json'
  | 'array-payload'
  | 'invalid-utf8'
  | 'byte-order-mark'
  | 'duplicate-member'
  | 'escaped-duplicate-member'
  | 'deep-nesting'
  | 'alg-none'
  | 'changed-claim'
  | 'too-long'

/**
 * Other spellings and shapes of one token. Those up to `standard-alphabet` decode to the very same octets in lenient
 * parsers. `trailing-newline` is for parsers alone: no header can carry it.
 */
export const corruptions: Readonly<Record<Corruption, (parts: Parts) => string>> = {
  'padded-signature': ([h, p, s]) => `${h}.${p}.${s}==`,
  'padded-payload': ([h, p, s]) => `${h}.${p}=.${s}`,
  'trailing-bits': ([h, p, s]) => `${h}.${p}.${lastBit(s)}`,
  'trailing-newline': ([h, p, s]) => `${h}.${p}.${s}\n`,
  'inner-space': ([h, p, s]) => `${h}.${p.slice(0, 8)} ${p.slice(8)}.${s}`,
  'standard-alphabet': ([h, p, s]) => `${h}.${p}.${/[-_]/.test(s) ? standard(s) : `${s}+`}`,
  'two-parts': ([h, p]) => `${h}.${p}`,
  'four-parts': ([h, p, s]) => `${h}.${p}.${s}.${s}`,
  'empty-signature': ([h, p]) => `${h}.${p}.`,
  'not-json': ([h, , s]) => `${h}.${base64url('{"iss":')}.${s}`,
  'array-payload': ([h, , s]) => `${h}.${base64url('[]')}.${s}`,
  'invalid-utf8': ([h, , s]) =>
    `${h}.${base64url(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))}.${s}`,
  'byte-order-mark': ([h, p, s]) => `${h}.${base64url(`\uFEFF${text(p)}`)}.${s}`,
  'duplicate-member': ([h, p, s]) =>
    `${h}.${json(p, (source) => source.replace('{', '{"iss":"https://other.example",'))}.${s}`,
  'escaped-duplicate-member': ([h, p, s]) =>
    `${h}.${json(p, (source) => source.replace('{', '{"\\u0069ss":"x",'))}.${s}`,
  'deep-nesting': ([h, p, s]) =>
    `${h}.${json(p, (source) => source.replace('{', `{"x":${'['.repeat(40)}${']'.repeat(40)},`))}.${s}`,
  'alg-none': ([h, p]) => `${json(h, (source) => source.replace(/"alg":"[^"]*"/, '"alg":"none"'))}.${p}.`,
  'changed-claim': ([h, p, s]) =>
    `${h}.${json(p, (source) => source.replace(/"jti":"[^"]*"/, '"jti":"changed"'))}.${s}`,
  'too-long': ([h, p, s]) =>
    `${h}.${json(p, (source) => source.replace('{', `{"x":"${'x'.repeat(9000)}",`))}.${s}`,
}

/** Another text made of `token`; no signature is made anew. */
export function corruptToken(token: string, how: Corruption): string {
  return corruptions[how](token.split('.') as unknown as Parts)
}
