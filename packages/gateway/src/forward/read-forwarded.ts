import { createHash, timingSafeEqual } from 'node:crypto'
import type { Incoming } from '../decide/incoming.ts'
import { forwardedField } from './proxy-fields.ts'

/** What a proxy asks about; `undefined` where nothing shows that a proxy of the operator asks. */
export type Forwarded =
  | { readonly outcome: 'incoming'; readonly incoming: Incoming }
  /** A proxy asks, but not about one request. */
  | { readonly outcome: 'malformed'; readonly hint: string }
  | undefined

/** Reads the line `AAuth-Guard-Forwarded` of what proxies ask. */
export interface ForwardedReader {
  read(headerLines: readonly string[]): Forwarded
}

const method = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const target = /^\/[\x21-\x7e]*$/
const secretForm = /^[A-Za-z0-9._~-]{32,256}$/

/**
 * @param secret shared with the proxy: 32 to 256 letters, digits and `-._~`
 * @throws {TypeError} for another secret
 */
export function forwardedReader(secret: string): ForwardedReader {
  if (typeof secret !== 'string' || !secretForm.test(secret))
    throw new TypeError(
      'the secret of forward auth is not 32 to 256 letters, digits and "-._~": make one with `openssl rand -hex 32`',
    )
  const expected = sha256(secret)
  const proved = (headerLines: readonly string[]): string | undefined => {
    const lines = valuesOf(headerLines, forwardedField)
    const line = lines[0]
    if (lines.length !== 1 || line === undefined) return undefined
    const end = line.indexOf(' ')
    const given = end === -1 ? line : line.slice(0, end)
    // Digests have one length, so that the comparison tells nothing about the secret.
    if (!timingSafeEqual(sha256(given), expected)) return undefined
    return end === -1 ? '' : line.slice(end + 1)
  }
  return {
    read(headerLines) {
      const rest = proved(headerLines)
      if (rest === undefined) return undefined
      const lines = withoutFields(headerLines, (name) => name === forwardedField)
      return rest === '' ? readSeparate(lines) : readRequest(rest, lines)
    },
  }
}

/** nginx and Caddy: method and target behind the secret, the authority in `Host`. */
function readRequest(rest: string, headerLines: readonly string[]): Forwarded {
  const end = rest.indexOf(' ')
  if (end === -1) return malformed('no target follows the method')
  return asked(rest.slice(0, end), rest.slice(end + 1), headerLines)
}

/** Traefik: a static line has the secret alone, and what is asked about stands in lines that Traefik overwrites. */
function readSeparate(headerLines: readonly string[]): Forwarded {
  const [methods, targets, hosts] = ['x-forwarded-method', 'x-forwarded-uri', 'x-forwarded-host'].map(
    (name) => valuesOf(headerLines, name),
  ) as [string[], string[], string[]]
  if (methods.length !== 1 || targets.length !== 1 || hosts.length !== 1)
    return malformed('X-Forwarded-Method, X-Forwarded-Uri and X-Forwarded-Host are not there exactly once')
  // Traefik asks with an authority of its own.
  const lines = withoutFields(headerLines, (name) => name === 'host')
  return asked(methods[0] as string, targets[0] as string, ['Host', hosts[0] as string, ...lines])
}

function asked(sentMethod: string, sentTarget: string, lines: readonly string[]): Forwarded {
  if (!method.test(sentMethod)) return malformed('the method is not a token')
  if (!target.test(sentTarget))
    return malformed('the target does not begin with "/", or has characters outside visible ASCII')
  return { outcome: 'incoming', incoming: { method: sentMethod, target: sentTarget, headerLines: lines } }
}

function malformed(hint: string): Forwarded {
  return { outcome: 'malformed', hint }
}

/** Every value of a field, in order. @param name in lower case */
export function valuesOf(headerLines: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < headerLines.length; i += 2)
    if ((headerLines[i] as string).toLowerCase() === name) values.push(headerLines[i + 1] as string)
  return values
}

function withoutFields(headerLines: readonly string[], isLeftOut: (name: string) => boolean): string[] {
  const lines: string[] = []
  for (let i = 0; i + 1 < headerLines.length; i += 2) {
    const name = headerLines[i] as string
    if (!isLeftOut(name.toLowerCase())) lines.push(name, headerLines[i + 1] as string)
  }
  return lines
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest()
}
