const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const notBase64 = 0x40
const values64 = new Uint8Array(128).fill(notBase64)
for (let i = 0; i < alphabet.length; i++) values64[alphabet.charCodeAt(i)] = i

/** The octets of a byte sequence, from the base64 text the reader kept; `undefined` for anything else than base64. */
export function decodeBytes(base64: string): Uint8Array<ArrayBuffer> | undefined {
  const length = lengthWithoutPadding(base64)
  const bytes = new Uint8Array((length * 3) >> 2)
  let codes = 0
  let values = 0
  let written = 0
  for (let i = 0; i < length; i += 4) {
    let group = 0
    for (let j = i; j < i + 4; j++) {
      const code = j < length ? base64.charCodeAt(j) : 0x41
      const value = values64[code & 0x7f] as number
      codes |= code
      values |= value
      group = (group << 6) | value
    }
    // What lies past the end of the array is dropped.
    bytes[written++] = group >> 16
    bytes[written++] = group >> 8
    bytes[written++] = group
  }
  return codes < 0x80 && values < notBase64 ? bytes : undefined
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
