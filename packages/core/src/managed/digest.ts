import { platform } from '#platform'
import { encodeBase64url } from '../wire/base64url.ts'

/** SHA-256 of texts, in base64url. No two lists of texts have the same octets, in whatever language they are. */
export async function digestOf(...texts: readonly (string | null)[]): Promise<string> {
  const octets = new TextEncoder().encode(JSON.stringify(texts))
  return encodeBase64url(await platform.digest('sha-256', octets))
}
