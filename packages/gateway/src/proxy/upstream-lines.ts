import { assertionHeader } from '@aauth-guard/core/assertion'
import type { Exchange } from './exchange.ts'

/** The fields that the gateway sets on every request to an upstream, each once. */
export function gatewayLines({ plan, message }: Exchange, assertion: string): string[] {
  const { protocol, host } = new URL(plan.resource.issuer)
  const address = message.socket.remoteAddress ?? 'unknown'
  const proto = protocol.slice(0, -1)
  return [
    'Forwarded',
    `for=${quotedAddress(address)};host="${host}";proto=${proto}`,
    'X-Forwarded-For',
    address,
    'X-Forwarded-Host',
    host,
    'X-Forwarded-Proto',
    proto,
    assertionHeader,
    assertion,
  ]
}

/** What agents call the resource, which upstreams get as `Host`: what a client wrote there was not always signed. */
export function authorityOf({ plan }: Exchange): string {
  return new URL(plan.resource.issuer).host
}

/** The lines of a request without its authority and its length, which the gateway writes itself. */
export function withoutFraming(lines: readonly string[]): string[] {
  const others: string[] = []
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase()
    if (name === 'host' || name === 'content-length') continue
    others.push(lines[i] as string, lines[i + 1] as string)
  }
  return others
}

/** RFC 7239 §6: an IPv6 address is in brackets and quoted. */
function quotedAddress(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address
}
