import type { Caller } from '@aauth-guard/core'
import { type GatewayRefusal, refusal } from '../decide/refusal.ts'
import type { Route } from '../routes/route.ts'
import { connectionNames } from './connection-names.ts'
import { isHopByHopName, isPlainName, isReservedName, isSignatureName, looseName } from './field-names.ts'

/** The header lines for the upstream, or why the request cannot be passed on. */
export type ForwardedLines =
  | { readonly outcome: 'lines'; readonly lines: string[] }
  | { readonly outcome: 'refused'; readonly refusal: GatewayRefusal }

/**
 * The header lines of a request as the upstream gets them: what was sent, in the same order and with every repeated line,
 * without hop-by-hop fields, credentials for the gateway, and fields that upstreams take for the word of a proxy. The
 * gateway then adds its own fields.
 *
 * It refuses a request whose `Connection` names a field that the signature covers or that the upstream must be able to rely
 * on, since a proxy on the way would have removed it, and a request with two credentials on a route that is `optional`.
 *
 * @param headerLines names and values in turn
 * @param caller who sends it; `undefined` without a credential
 * @param coveredNames the components that the signature covers
 */
export function forwardedLines(
  headerLines: readonly string[],
  route: Route,
  caller: Caller | undefined,
  coveredNames: ReadonlySet<string>,
): ForwardedLines {
  const named = connectionNames(headerLines)
  for (const [loose, name] of named)
    if (!mayBeNamed(loose) || coveredNames.has(name) || coveredNames.has(loose))
      return refused('"Connection" names a field that must not be removed on the way')
  const lines: string[] = []
  let credentials = 0
  for (let i = 0; i + 1 < headerLines.length; i += 2) {
    const name = headerLines[i] as string
    const value = headerLines[i + 1] as string
    const loose = looseName(name)
    if (named.has(loose) || !isForwarded(name, loose, value, route)) continue
    if (loose === 'authorization') credentials++
    lines.push(name, value)
  }
  if (credentials > 1) return refused('the request has more than one "Authorization"')
  if (credentials > 0 && route.requirement.optional === true && isVerified(caller))
    return refused('the request has an AAuth credential and another "Authorization"')
  return { outcome: 'lines', lines }
}

/** Whether `Connection` may name a field. Names in another spelling count as the name that they could be read as. */
function mayBeNamed(loose: string): boolean {
  if (loose === 'host' || loose === 'authorization' || loose.startsWith('content-')) return false
  return !isReservedName(loose) && !isSignatureName(loose)
}

function isForwarded(name: string, loose: string, value: string, { pass, passNames }: Route): boolean {
  if (isReservedName(loose) || isSignatureName(loose) || isHopByHopName(loose)) return false
  // The gateway has answered it.
  if (loose === 'expect') return false
  // In another spelling it could be read as a second length.
  if (!isPlainName(name)) return passNames.includes(name.toLowerCase()) && loose !== 'content-length'
  if (loose === 'authorization') return pass.includes('authorization') && !namesAAuth(value)
  return loose !== 'cookie' || pass.includes('cookie')
}

/** Whether a value of `Authorization`, or one of several that a proxy joined, is of the scheme `AAuth`. */
function namesAAuth(value: string): boolean {
  return value.split(',').some((part) => {
    const text = part.trim().toLowerCase()
    return text.startsWith('aauth') && !isPlainName(text.slice(5, 6))
  })
}

/** Whether the caller came with an AAuth credential, and not with the other one that the route takes. */
function isVerified(caller: Caller | undefined): boolean {
  return caller !== undefined && caller.type !== 'other'
}

function refused(hint: string): ForwardedLines {
  return { outcome: 'refused', refusal: refusal('bad_request', hint) }
}
