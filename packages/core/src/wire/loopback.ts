/** As the URL parser writes an address of the IPv4 loopback network. */
const loopbackIpv4 = /^127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$/

/** Whether a host name, as the URL parser writes it, is this machine (RFC 6761, section 6.3 for the names). */
export function isLoopbackHost(hostname: string): boolean {
  const isName = hostname === 'localhost' || hostname.endsWith('.localhost')
  return isName || hostname === '[::1]' || loopbackIpv4.test(hostname)
}
