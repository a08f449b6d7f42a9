import { AAuthError } from '../errors/aauth-error.ts'
import type { ResourceSettings } from '../resource/settings.ts'
import type { DerivedComponents } from '../signature/base.ts'
import { isAAuthCredential, namesAAuth } from '../wire/authorization.ts'
import { quoted } from '../wire/quoted.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { countLines, onlyLine } from '../wire/snapshot.ts'
import { splitTarget } from '../wire/target.ts'

/** A snapshot of the request line and the configuration. */
export interface Transport extends DerivedComponents {
  /** The host in the target or in `Host`. It selects one of the configured authorities and is shown in hints. */
  readonly host: string | undefined
}

const singletons = ['host', 'authorization', 'content-type', 'content-length'] as const
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const hostValue = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i

/**
 * Refuses requests that two parsers could interpret differently, before any costly step (A01 to A06, E11 to E20). The
 * authority is always a configured one: `Host` can only select one of several.
 * @throws {AAuthError} `invalid_request`
 */
export function checkTransport(
  request: SignedRequest,
  { authorities, strippedPrefix }: Pick<ResourceSettings, 'authorities' | 'strippedPrefix'>,
): Transport {
  for (const name of singletons) {
    if (countLines(request, name) > 1)
      throw invalidRequest(`${quoted(name)} is sent more than once: send one line`)
  }
  const host = onlyLine(request, 'host')
  if (host !== undefined && !hostValue.test(host))
    throw invalidRequest(`Host is ${quoted(host)}, which is not a host name with an optional port: send one`)
  const authorization = onlyLine(request, 'authorization')
  if (authorization !== undefined && namesAAuth(authorization) && !isAAuthCredential(authorization))
    throw invalidRequest(
      'Authorization of the scheme AAuth does not contain exactly one token68: send "AAuth", a space and the value',
    )
  const { method, target: rawTarget } = request
  if (!token.test(method))
    throw invalidRequest(
      `the method is ${quoted(method)}, which is not a token (RFC 9110): send a valid method`,
    )
  const cut = splitTarget(rawTarget)
  if (cut === undefined)
    throw invalidRequest(
      `the request target is ${quoted(rawTarget.split('?', 1)[0])}, which is ambiguous or in a form that is not served: send it as a URL parser serializes it, in origin form and without a fragment`,
    )
  const target = strippedPrefix === '' ? cut : { ...cut, path: strippedPrefix + cut.path }
  const named = Object.hasOwn(cut, 'authority') ? cut.authority : undefined
  const own = named === undefined ? undefined : ownAuthority(named, authorities)
  if (named !== undefined && own === undefined)
    throw invalidRequest(
      `the request target names the host ${quoted(named)}: list it in "authorities" if agents call it`,
    )
  const chosen = own ?? (host === undefined ? undefined : ownAuthority(host, authorities))
  const authority = chosen ?? (authorities[0] as string)
  return { method, rawTarget, target, strippedPrefix, authority, host: named ?? host }
}

function ownAuthority(value: string, authorities: readonly string[]): string | undefined {
  const name = value.toLowerCase().replace(/:443$/, '')
  return authorities.find((authority) => authority === name)
}

function invalidRequest(hint: string): AAuthError {
  return new AAuthError('invalid_request', { hint })
}
