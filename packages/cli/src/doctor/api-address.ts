import { lookup } from 'node:dns'
import { BlockList, isIPv6, type LookupFunction } from 'node:net'

/**
 * Where no API is: addresses of a link, a group or a reserved range, and those under which clouds serve the credentials
 * of their machines. An operator's own API may well be on a private network.
 */
const refused = new BlockList()
refused.addSubnet('0.0.0.0', 8)
refused.addSubnet('169.254.0.0', 16)
refused.addSubnet('224.0.0.0', 3)
refused.addAddress('100.100.100.200')
refused.addAddress('168.63.129.16')
refused.addAddress('::', 'ipv6')
refused.addAddress('fd00:ec2::254', 'ipv6')
refused.addSubnet('fe80::', 10, 'ipv6')
refused.addSubnet('ff00::', 8, 'ipv6')
// These hold an IPv4 address, which is not looked at.
refused.addSubnet('64:ff9b::', 96, 'ipv6')
refused.addSubnet('2002::', 16, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether the API that was named on the command line may be dialled at this address. */
export function mayHoldAnApi(address: string): boolean {
  return !refused.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Why an address is not dialled; its message is shown. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
}

/**
 * The look-up of one connection to the API: the address that is checked is the one that is dialled. One address that
 * is refused spoils the answer.
 *
 * @param onThisMachine whether the name stands for this machine, and must lead there
 */
export function apiLookup(onThisMachine: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const wrong = addresses.find(
        ({ address }) => !mayHoldAnApi(address) || (onThisMachine && !isLoopback(address)),
      )
      const [first] = addresses
      if (wrong !== undefined || first === undefined)
        return callback(new AddressError(`the name leads to ${wrong?.address ?? 'no address'}`), '', 0)
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
}

function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
