import ipaddr from 'ipaddr.js'

/** The address is private, loopback, link-local or otherwise not on the public internet. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress'
}

/** A public address that stands for the host of every machine in one cloud. */
const azureHost = '168.63.129.16'

/** Whether a public document may be fetched from this address (R11-128, I01). */
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
