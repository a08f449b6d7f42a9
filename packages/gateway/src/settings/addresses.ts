import type { UpstreamOrigin } from '../routes/route.ts'
import type { ListenAddress } from './configuration.ts'
import type { Place } from './shape.ts'

/** @param written a host and a port, as its shape has checked */
export function listenAddress(written: string, place: Place): ListenAddress {
  const colon = written.lastIndexOf(':')
  const port = Number(written.slice(colon + 1))
  if (port > 65_535) place.fail(`${place.name} has the port ${port}: write one up to 65535`)
  return { host: withoutBrackets(written.slice(0, colon)), port }
}

/** How an upstream is dialled: always at the address that the file names. */
export function upstreamOrigin(written: string, place: Place): UpstreamOrigin {
  if (written.startsWith('unix:')) {
    const socketPath = written.slice('unix:'.length)
    // Longer paths of sockets do not fit into the address that the operating system takes.
    if (!socketPath.startsWith('/') || socketPath.length > 100)
      place.fail(`${place.name} is not an absolute path of at most 100 characters: write unix:/run/app.sock`)
    return { protocol: 'http:', socketPath }
  }
  if (!URL.canParse(written))
    return place.fail(`${place.name} is not an address: write http://127.0.0.1:8000`)
  const { protocol, hostname, port } = new URL(written)
  const isSecure = protocol === 'https:'
  return {
    protocol: isSecure ? 'https:' : 'http:',
    hostname: withoutBrackets(hostname),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
  }
}

/** Whether only programs of this machine can connect. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host
}
