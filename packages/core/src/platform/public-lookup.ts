import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { isPublicAddress, RefusedAddress } from './public-address.ts'

/** How names are resolved. */
export interface LookupOptions {
  /** Ends the look-up. */
  readonly signal?: AbortSignal | undefined
  /** `address:port` of the name servers; default those of the system. */
  readonly nameServers?: readonly string[] | undefined
  /** Which addresses may be dialled; default those of the public internet. */
  readonly isAllowed?: ((address: string) => boolean) | undefined
  /** Milliseconds before a name server is asked once more; default 700. */
  readonly timeout?: number | undefined
}

/** Milliseconds before a name server is asked once more, or the next one is; each further wait is twice as long. */
const usualTimeout = 700
/** Addresses that are tried at most. All that were found are checked. */
const maxDialled = 16

/**
 * Makes the look-up for one connection, so that the address checked is the address dialled and no rebinding fits
 * in between (I02, I03). One bad address spoils the answer.
 *
 * It asks the name servers itself instead of calling `getaddrinfo`, which cannot be cancelled and holds a thread of
 * the pool until its own time-out, for half a minute where a name server is silent. Those threads also verify
 * signatures (I31). Neither the hosts file nor search domains are read: issuers are names of the public DNS.
 */
export function publicLookup({
  signal,
  nameServers,
  isAllowed = isPublicAddress,
  timeout = usualTimeout,
}: LookupOptions): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname, signal, nameServers, timeout).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined || !addresses.every(({ address }) => isAllowed(address)))
          return callback(new RefusedAddress('address refused'), '', 0)
        return all
          ? callback(null, addresses.slice(0, maxDialled))
          : callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

/** Addresses of both families. Rejects where neither could be had. */
async function resolve(
  hostname: string,
  signal: AbortSignal | undefined,
  nameServers: readonly string[] | undefined,
  timeout: number,
): Promise<LookupAddress[]> {
  // One resolver for one look-up: `cancel` ends everything that a resolver has under way.
  const resolver = new Resolver({ timeout, tries: 2 })
  if (nameServers) resolver.setServers(nameServers)
  const cancel = (): void => resolver.cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    const answers = Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    if (signal?.aborted) cancel()
    const [four, six] = await answers
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason
    return [
      ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
      ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
    ]
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
