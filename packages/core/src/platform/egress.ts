import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { Agent, request } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import ipaddr from 'ipaddr.js'

/** The address is private, loopback, link-local or otherwise not the public internet. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress'
}

/** A public address that stands for the host of every machine in one cloud. */
const azureHost = '168.63.129.16'

/** Whether a public document may be fetched from this address (R11-128, security I01). */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast' || address === azureHost) return false
  // Only what is delegated to the regional registries is routed; the rest embeds or reserves.
  return (
    parsed.kind() === 'ipv4' ||
    (parsed as ipaddr.IPv6).match(ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number])
  )
}

/**
 * Resolves a name for the connection that is about to be made, so that the address checked is the address
 * dialled and no rebinding fits in between (security I02, I03). One bad address spoils the answer.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, found) => {
    const addresses = found as unknown as LookupAddress[]
    if (error) return callback(error, '', 0)
    const refused = addresses.find(({ address }) => !isPublicAddress(address))
    const [first] = addresses
    if (refused || first === undefined) return callback(new RefusedAddress('address refused'), '', 0)
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family)
  })
}

let agent: Agent | undefined

/**
 * `fetch` for public documents on Node: https on port 443 only, no redirects, no proxy from the environment, no
 * cookies, and {@link publicLookup} under it. A lookup hook is skipped for IP literals, so they are refused here
 * as well (security I04).
 */
export const guardedFetch: typeof fetch = (input, init) => {
  const text = String(input)
  if (!URL.canParse(text)) return Promise.reject(new RefusedAddress('address refused'))
  const url = new URL(text)
  if (
    url.protocol !== 'https:' ||
    url.port !== '' ||
    url.username !== '' ||
    ipaddr.isValid(url.hostname.replace(/^\[|\]$/g, ''))
  ) {
    return Promise.reject(new RefusedAddress('address refused'))
  }
  // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off (security I30).
  agent ??= new Agent({ keepAlive: false, maxSockets: 16, lookup: publicLookup, rejectUnauthorized: true })
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(new Headers(init?.headers))
    const outgoing = request(url, {
      agent,
      method: init?.method ?? 'GET',
      headers,
      signal: init?.signal ?? undefined,
      minVersion: 'TLSv1.2',
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const status = incoming.statusCode ?? 0
      const fields = new Headers()
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
        fields.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string)
      }
      // Responses that cannot have a body may not be given one.
      const empty = status === 204 || status === 304 || status < 200 || status > 599
      if (empty) incoming.resume()
      try {
        resolve(
          new Response(empty ? null : (Readable.toWeb(incoming) as ReadableStream), {
            status: empty ? 204 : status,
            headers: fields,
          }),
        )
      } catch (error) {
        incoming.destroy()
        reject(error)
      }
    })
    outgoing.end(init?.body ?? undefined)
  })
}
