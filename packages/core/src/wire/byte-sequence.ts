/** The octets of a byte sequence, from the base64 text the reader kept. */
export function decodeBytes(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64.slice(0, lengthWithoutPadding(base64)))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const isInAlphabet = new Uint8Array(128)
for (let i = 0; i < alphabet.length; i++) isInAlphabet[alphabet.charCodeAt(i)] = 1

/** Whether a text is `length` characters of the alphabet, and padding. */
export function isBase64(text: string, length: number): boolean {
  if (lengthWithoutPadding(text) !== length) return false
  for (let i = 0; i < length; i++) if (isInAlphabet[text.charCodeAt(i)] !== 1) return false
  return true
}

/** Padding may be left out (RFC 9651 §4.2.7), but not half of it. */
export function isWhole(base64: string): boolean {
  return base64.endsWith('=') ? base64.length % 4 === 0 : base64.length % 4 !== 1
}

function lengthWithoutPadding(base64: string): number {
  let { length } = base64
  while (base64[length - 1] === '=') length--
  return length
}
