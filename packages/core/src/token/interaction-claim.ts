import { isLoopbackHost } from '../wire/loopback.ts'
import { isDevelopmentServer } from './development-servers.ts'
import { asObject } from './json.ts'

/** Where the person server sends the person before it asks for its own consent (draft 11 §6.7.1, §7.2.3). */
export interface InteractionClaim {
  /** The page of the resource: an https address without user, query and fragment, of at most 1024 characters. */
  readonly url: string
  /** What the resource knows the request by: 8 to 32 symbols of Crockford's base32, with hyphens for display. */
  readonly code: string
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** @returns `undefined` for what nobody should be sent to (RT-13, R11-168) */
export function readInteractionClaim(value: unknown): InteractionClaim | undefined {
  const { url, code } = asObject(value) ?? {}
  return isPageUrl(url) && isServedSafely(url) && isInteractionCode(code)
    ? Object.freeze({ url, code })
    : undefined
}

/** INT-5. What the URL parser writes differently could be read differently. */
export function isPageUrl(url: unknown): url is string {
  if (typeof url !== 'string' || url.length > 1024 || !URL.canParse(url)) return false
  const { protocol, hostname, username, password, href } = new URL(url)
  const isPlain = username === '' && password === '' && !url.includes('?') && !url.includes('#')
  const mayBeServed = protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname))
  return mayBeServed && isPlain && (href === url || href === `${url}/`)
}

/** Whether a page has TLS, or is one of a development world. */
export function isServedSafely(url: string): boolean {
  const { protocol, origin } = new URL(url)
  return protocol === 'https:' || isDevelopmentServer(origin)
}

function isInteractionCode(code: unknown): code is string {
  if (typeof code !== 'string' || code.length > 64) return false
  const symbols = code.replaceAll('-', '')
  return (
    symbols.length >= 8 && symbols.length <= 32 && [...symbols].every((symbol) => alphabet.includes(symbol))
  )
}
