import type { SignedRequest } from '@aauth-guard/core'
import type { SignedMessage } from './sign.ts'

/** A signed message for `authorize`, as if it had crossed the wire. */
export function toSignedRequest({ method, url, target, headers, body }: SignedMessage): SignedRequest {
  const host = /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? ''
  const all = [['host', host] as const, ...headers]
  return {
    method,
    target,
    header: (name) => all.filter(([key]) => key === name).map(([, value]) => value),
    body: body ?? new Uint8Array(),
  }
}

/** A signed message for hosts that speak `Request`; a URL parser may change its target on the way. */
export function toRequest({ method, url, headers, body }: SignedMessage): Request {
  return new Request(url, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...(body && { body }),
  })
}
