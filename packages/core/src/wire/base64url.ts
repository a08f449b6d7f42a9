const alphabet = /^[A-Za-z0-9_-]*$/

/**
 * The octets of canonical unpadded base64url, or `undefined`. Each value has one encoding: padding, the standard
 * alphabet, white space and stray bits in the last character are refused, since every alias of a token or key would be
 * another cache entry and another thumbprint (F15, H09).
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!alphabet.test(text) || !endsOnWholeOctet(text)) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
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
