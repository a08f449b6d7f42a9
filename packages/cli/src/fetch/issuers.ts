import { createIssuers, type Issuers } from '@aauth-guard/core/exchange'
import { isOnOrigin } from './address.ts'
import type { Clock } from './clock.ts'
import { type Received, send } from './send.ts'

/** Octets of a document. Core reads less. */
const maxDocument = 256 * 1024

/**
 * Keys of those whose tokens the agent checks. Where one of `servers` is on this machine, documents are fetched from
 * these servers alone; else from any public address, by the guarded fetch of core.
 */
export function issuersFor(servers: readonly string[], clock: Clock): Issuers {
  const isLocal = servers.some((server) => server.startsWith('http:'))
  return createIssuers({
    now: () => Math.floor(clock.now() / 1000),
    ...(isLocal && { fetch: fetchFrom(servers) }),
  })
}

function fetchFrom(servers: readonly string[]): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (!servers.some((server) => isOnOrigin(url, server)))
      throw new TypeError(`${url.origin} is not a server of this call`)
    const headers = [...new Headers(init?.headers)]
    const target = `${url.pathname}${url.search}`
    const signal = init?.signal ?? new AbortController().signal
    return responseOf(await send({ method: 'GET', url, target, headers }, maxDocument, signal))
  }
}

function responseOf({ status, headers, body }: Received): Response {
  if (status < 200 || status > 599) throw new TypeError(`status ${status}`)
  const hasNoBody = status === 204 || status === 205 || status === 304
  const lines = headers.map(([name, value]): [string, string] => [name, value])
  return new Response(hasNoBody ? null : Buffer.from(body), { status, headers: lines })
}
