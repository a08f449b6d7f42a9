/**
 * The identifiers of the protocol, checked on their raw text and compared byte for byte; nothing here
 * normalises (R11-002, R11-003).
 */

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
// DNS names with at least one dot whose last label no URL parser reads as a number: no IP literal in any spelling,
// nothing under localhost, no trailing dot.
const host = `(?=[^@]{1,253}$)(?:${label}\\.)+(?!(?:[0-9]+|0x[0-9a-f]*|localhost)$)${label}`
const serverId = new RegExp(`^https://${host}$`)
// Upper case in the local part since draft 11, accepted in both generations, never folded (R11-005).
const agentId = new RegExp(`^aauth:[A-Za-z0-9._+-]{1,255}@${host}$`)
const s256 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** `https://` and a host, nothing else. */
export function isServerId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 261 && serverId.test(value)
}

/** What to do about a value that is not a server identifier; ends the sentence of an error. */
export function serverIdRemedy(value: unknown): string {
  const whole = 'write https:// and a host name in lower case, without port, path or trailing slash'
  if (typeof value !== 'string') return whole
  if (value.endsWith('/') && isServerId(value.slice(0, -1))) return 'remove the trailing slash'
  if (isServerId(value.toLowerCase())) return 'write it in lower case'
  if (value.startsWith('http://')) return 'use https'
  return isServerId(`https://${value}`) ? 'write https:// before the host name' : whole
}

/** `aauth:local@host`. */
export function isAgentId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 515 && agentId.test(value)
}

/** Unpadded canonical base64url of 32 octets: a mission digest or a thumbprint (R11-012). */
export function isS256(value: unknown): value is string {
  return typeof value === 'string' && s256.test(value)
}

/** The server id of the provider that an agent id belongs to. The local part is never read (R11-006). */
export function providerOf(agentId: string): string {
  return `https://${agentId.slice(agentId.lastIndexOf('@') + 1)}`
}

/** The name of an account, as a consent screen can show it (M11). */
export function isAccount(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 512 && !/\p{Cc}/u.test(value)
}
