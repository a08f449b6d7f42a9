import type { UpstreamOrigin } from '../routes/route.ts'
import { isLoopbackHost } from './addresses.ts'
import type { Configuration, ListenAddress } from './configuration.ts'
import { isSameKey, type Jwk } from './keys.ts'
import type { Place } from './shape.ts'

/**
 * What no single value shows.
 * @param warn told what works and is probably not meant
 * @throws {ConfigurationError}
 */
export function checkConfiguration(
  configuration: Configuration,
  root: Place,
  warn: (message: string) => void,
): void {
  checkKeys(configuration, root)
  checkListeners(configuration, root, warn)
  checkForwardAuth(configuration, warn)
  checkContent(configuration)
  const { assertionKey, extAuthz, forwardAuth } = configuration
  if (extAuthz !== undefined && extAuthz.secret === forwardAuth?.secret)
    root
      .member('extAuthz')
      .fail('"extAuthz.secret" is that of "forwardAuth": make another one with `openssl rand -hex 32`')
  if (assertionKey === undefined && configuration.stores.kind !== 'memory')
    warn(
      '"assertionKey" is missing, and "stores" are shared: each gateway makes a key of its own, so let each upstream read the keys of its own gateway',
    )
}

/** A resource token must never be an assertion, nor the reverse, even for a library that does not look at `typ`. */
function checkKeys({ assertionKey, resource }: Configuration, root: Place): void {
  if (assertionKey === undefined) return
  const others: readonly (Jwk | undefined)[] = [
    resource.signingKey as Jwk | undefined,
    ...(resource.publishedKeys ?? []),
  ]
  if (others.some((key) => key !== undefined && isSameKey(key, assertionKey)))
    root
      .member('assertionKey')
      .fail(
        '"assertionKey" is also a key of the API: make another one with `npx @aauth-guard/cli keygen --alg ES256`',
      )
}

function checkListeners(
  { listen, admin, forwardAuth, upstreams }: Configuration,
  root: Place,
  warn: (message: string) => void,
): void {
  const listeners: [string, ListenAddress | undefined][] = [
    ['listen', listen],
    ['admin', admin],
    ['forwardAuth', forwardAuth?.listen],
  ]
  const seen = new Map<number, string>()
  for (const [name, address] of listeners) {
    if (address === undefined) continue
    const other = address.port === 0 ? undefined : seen.get(address.port)
    if (other !== undefined)
      root.member(name).fail(`"${name}" and "${other}" have the port ${address.port}: give each its own`)
    seen.set(address.port, name)
    const looping = upstreams.find(({ origin }) => isSameAddress(origin, address))
    if (looping !== undefined)
      root
        .member(name)
        .fail(`"${name}" is the address of the upstream "${looping.name}": give the gateway its own`)
  }
  if (admin !== undefined && !isLoopbackHost(admin.host))
    warn(
      `"admin" listens on ${admin.host}, where others may read the metrics: let only your monitoring reach it. The console is served on loopback only`,
    )
}

function isSameAddress(origin: UpstreamOrigin, { host, port }: ListenAddress): boolean {
  if ('socketPath' in origin || origin.port !== port) return false
  const isAny = host === '0.0.0.0' || host === '::'
  return origin.hostname === host || (isLoopbackHost(origin.hostname) && (isAny || isLoopbackHost(host)))
}

/** Content of unknown length takes the whole room of its route, and would never be read where there is less. */
function checkContent({ routes, limits, fault }: Configuration): void {
  for (const route of routes)
    if (route.digest === 'buffer' && route.maxContent > limits.heldContent)
      throw fault(
        { route },
        `the route ${JSON.stringify(route.name)} has "maxContent" ${route.maxContent}, and "limits.heldContent" is ${limits.heldContent}: raise the limit`,
      )
}

/** What only the reverse proxy can do. */
function checkForwardAuth(
  { forwardAuth, extAuthz, routes }: Configuration,
  warn: (message: string) => void,
): void {
  if (forwardAuth === undefined && extAuthz === undefined) return
  for (const { name, upgrade, digest, cutPrefix, addPrefix } of routes) {
    const route = `the route ${JSON.stringify(name)}`
    if (upgrade)
      warn(
        `${route} has "upgrade", which works in the reverse proxy only: forward auth cannot end a connection in time`,
      )
    if (cutPrefix !== '' || addPrefix !== '')
      warn(
        `${route} changes the target, which works in the reverse proxy only: let the upstream serve the signed path`,
      )
    if (digest !== 'upstream')
      warn(
        `${route} has "digest: ${digest}": forward auth refuses requests with a signed Content-Digest, unless "digest: upstream" says that the upstream compares it`,
      )
  }
}
