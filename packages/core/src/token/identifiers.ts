/**
 * The identifiers of the protocol, checked on their raw text and compared byte for byte; nothing here
 * normalises (R11-002, R11-003).
 */
import { isDevelopmentServer } from './development-servers.ts'

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
// DNS names with at least one dot whose last label no URL parser reads as a number: no IP literal in any spelling,
// nothing under localhost, no trailing dot.
const host = `(?=[^@]{1,253}$)(?:${label}\\.)+(?!(?:[0-9]+|0x[0-9a-f]*|localhost)$)${label}`
const serverId = new RegExp(`^https://${host}$`)
// Upper case in the local part since draft 11, accepted in both generations, never folded (R11-005).
const agentId = new RegExp(`^aauth:[A-Za-z0-9._+-]{1,255}@${host}$`)
const localAgentId = /^aauth:[A-Za-z0-9._+-]{1,255}@(?:localhost|127\.0\.0\.1):[0-9]{1,5}$/
const s256 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** `https://` and a host, nothing else; in development also the exact origins of the world on this machine. */
export function isServerId(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= 261 && (serverId.test(value) || isDevelopmentServer(value))
  )
}

/** What to do about a value that is not a server identifier; ends the sentence of an error. */
export function serverIdRemedy(value: unknown): string {
  const whole = 'write https:// and a host name in lower case, without port, path or trailing slash'
  if (typeof value !== 'string') return whole
  if (value.endsWith('/') && isServerId(value.slice(0, -1))) return 'remove the trailing slash'
  if (isServerId(value.toLowerCase())) return 'write it in lower case'
  if (/^http:\/\/(?:localhost|127\.0\.0\.1)(?::|$)/.test(value))
    return 'for development start `npx @aauth-guard/cli dev`, set AAUTH_DEV and use devOptions()'
  if (value.startsWith('http://')) return 'use https'
  return isServerId(`https://${value}`) ? 'write https:// before the host name' : whole
}

/** `aauth:local@host`; in development the host may be that of a provider on this machine, with its port. */
export function isAgentId(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= 515 && (agentId.test(value) || isDevelopmentAgent(value))
  )
}

function isDevelopmentAgent(value: string): boolean {
  return localAgentId.test(value) && isDevelopmentServer(`http://${hostOf(value)}`)
}

/** Unpadded canonical base64url of 32 octets: a mission digest or a thumbprint (R11-012). */
export function isS256(value: unknown): value is string {
  return typeof value === 'string' && s256.test(value)
}

/** The server id of the provider that an agent id belongs to. The local part is never read (R11-006). */
export function providerOf(agentId: string): string {
  const host = hostOf(agentId)
  return isDevelopmentServer(`http://${host}`) ? `http://${host}` : `https://${host}`
}

function hostOf(agentId: string): string {
  return agentId.slice(agentId.lastIndexOf('@') + 1)
}

/** The host of a server identifier, with its port in development: what agents call it by. */
export function authorityOf(serverId: string): string {
  return serverId.slice(serverId.indexOf('//') + 2)
}

/** The name of an account, as a consent screen can show it (M11). */
export function isAccount(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 512 && !/\p{Cc}/u.test(value)
}
