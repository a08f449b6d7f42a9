import { cutSecret } from './shown.ts'

const secretFields: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'aauth-access',
  'cookie',
  'set-cookie',
  'signature',
])
/** Three parts of base64url, the first of which is a JSON object. It begins nowhere within a longer text. */
const jwt = /(?<![\w.-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g

/** A text in which no token is whole. */
export function withoutTokens(text: string): string {
  return text.replace(jwt, cutSecret)
}

/** The value of a header field, without what would let its reader act as the agent. */
export function withoutSecrets(name: string, value: string): string {
  return secretFields.has(name) ? cutSecret(value) : withoutTokens(value)
}
