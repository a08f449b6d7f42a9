const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const none = 0x40
const values = new Uint8Array(128).fill(none)
for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i

/**
 * The octets of canonical unpadded base64url, or `undefined`. Each value has one encoding: padding, the standard
 * alphabet, white space and stray bits in the last character are refused, since every alias of a token or key would be
 * another cache entry and another thumbprint (F15, H09).
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!endsOnWholeOctet(text)) return undefined
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let seen = 0
  let at = 0
  // What is written past the end, in place of what a group of two or three leaves out, is dropped.
  for (let i = 0; i < text.length; i += 4) {
    const a = valueAt(text, i)
    const b = valueAt(text, i + 1)
    const c = i + 2 < text.length ? valueAt(text, i + 2) : 0
    const d = i + 3 < text.length ? valueAt(text, i + 3) : 0
    seen |= a | b | c | d
    bytes[at++] = (a << 2) | (b >> 4)
    bytes[at++] = (b << 4) | (c >> 2)
    bytes[at++] = (c << 6) | d
  }
  return seen < none ? bytes : undefined
}

function valueAt(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code < values.length ? (values[code] as number) : none
}

/** Canonical unpadded base64url of `bytes`. */
export function encodeBase64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function endsOnWholeOctet(text: string): boolean {
  const last = text[text.length - 1] ?? ''
  switch (text.length % 4) {
    case 0:
      return true
    case 2:
      return 'AQgw'.includes(last)
    case 3:
      return 'AEIMQUYcgkosw048'.includes(last)
    default:
      return false
  }
}
