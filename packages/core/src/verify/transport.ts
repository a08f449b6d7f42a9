import { AAuthError } from '../errors/aauth-error.ts'
import type { ResourceSettings } from '../resource/settings.ts'
import type { DerivedComponents } from '../signature/base.ts'
import { isAAuthCredential, namesAAuth } from '../wire/authorization.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { splitTarget } from '../wire/target.ts'

/** What the request line and the configuration say, snapshot once. */
export type Transport = DerivedComponents

const singletons = ['host', 'authorization', 'content-type', 'content-length'] as const
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const hostValue = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i

/**
 * Refuses what two readers could understand differently, before anything is paid for (A01 to A06, E11
 * to E20). The authority is one of ours: `Host` at most chooses among several.
 * @throws {AAuthError} `invalid_request`
 */
export function checkTransport(
  request: SignedRequest,
  { authorities, strippedPrefix }: Pick<ResourceSettings, 'authorities' | 'strippedPrefix'>,
): Transport {
  for (const name of singletons) {
    if (request.header(name).length > 1) throw invalidRequest(`${name} is sent more than once`)
  }
  const host = request.header('host')[0]
  if (host !== undefined && !hostValue.test(host)) throw invalidRequest('Host is malformed')
  const authorization = request.header('authorization')[0]
  if (authorization !== undefined && namesAAuth(authorization) && !isAAuthCredential(authorization))
    throw invalidRequest(
      'Authorization of the scheme AAuth does not hold exactly one token68: send "AAuth", a space and the value',
    )
  const { method, target: rawTarget } = request
  if (!token.test(method)) throw invalidRequest('the method is no token')
  const cut = splitTarget(rawTarget)
  if (cut === undefined) throw invalidRequest('the request target is ambiguous or in no form that is served')
  const target = strippedPrefix === '' ? cut : { ...cut, path: strippedPrefix + cut.path }
  const named = Object.hasOwn(cut, 'authority') ? cut.authority : undefined
  const own = named === undefined ? undefined : ownAuthority(named, authorities)
  if (named !== undefined && own === undefined)
    throw invalidRequest('the request target names another authority')
  const chosen = own ?? (host === undefined ? undefined : ownAuthority(host, authorities))
  return { method, rawTarget, target, strippedPrefix, authority: chosen ?? (authorities[0] as string) }
}

function ownAuthority(value: string, authorities: readonly string[]): string | undefined {
  const name = value.toLowerCase().replace(/:443$/, '')
  return authorities.find((authority) => authority === name)
}

function invalidRequest(hint: string): AAuthError {
  return new AAuthError('invalid_request', { hint })
}
