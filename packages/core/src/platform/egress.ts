import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { Readable } from 'node:stream'
import ipaddr from 'ipaddr.js'
import { RefusedAddress } from './public-address.ts'
import { type LookupOptions, publicLookup } from './public-lookup.ts'

/** What the tests of this project replace, to have an internet on loopback. Nothing of it can be set from outside. */
export interface EgressOptions extends Pick<LookupOptions, 'nameServers' | 'isAllowed' | 'timeout'> {
  /** The port that is dialled; default 443. */
  readonly port?: number
  /** Certificates that are trusted; default those of the runtime. */
  readonly ca?: readonly string[]
}

/** Interim answers (1xx) of one request. */
const maxInterim = 8

/**
 * Makes a `fetch` for public documents on Node: https on port 443 only, no redirects, no proxy from the environment,
 * no cookies, and {@link publicLookup} under it. A look-up hook is skipped for IP literals, so they are refused here
 * as well (I04).
 */
export function createGuardedFetch({
  nameServers,
  isAllowed,
  timeout,
  port = 443,
  ca,
}: EgressOptions = {}): typeof fetch {
  let agent: Agent | undefined
  return (input, init) => {
    const url = publicUrl(String(input))
    if (url === undefined) return Promise.reject(new RefusedAddress('address refused'))
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off (I30).
    agent ??= new Agent({ keepAlive: false, maxSockets: 16, rejectUnauthorized: true })
    const signal = init?.signal ?? undefined
    return new Promise((resolve, reject) => {
      const outgoing = request(url, {
        agent,
        method: init?.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init?.headers)),
        signal,
        lookup: publicLookup({ signal, nameServers, isAllowed, timeout }),
        port,
        // The authority is the one of the URL, whatever is dialled.
        defaultPort: port,
        minVersion: 'TLSv1.2',
        ...(ca && { ca: [...ca] }),
      })
      let interim = 0
      outgoing.on('information', () => {
        if (++interim > maxInterim) outgoing.destroy(new Error('too many interim answers'))
      })
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        // A response that is destroyed here must not end the process.
        incoming.on('error', () => undefined)
        try {
          resolve(responseOf(incoming))
        } catch (error) {
          incoming.destroy()
          reject(error)
        }
      })
      outgoing.end(init?.body ?? undefined)
    })
  }
}

/** {@link createGuardedFetch} for the internet. */
export const guardedFetch: typeof fetch = createGuardedFetch()

/** The URL, if it may be a public document's. */
function publicUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const { protocol, port, username, password, hostname } = url
  const isPlain = protocol === 'https:' && port === '' && username === '' && password === ''
  const isAddress = ipaddr.isValid(hostname.replace(/^\[|\]$/g, ''))
  // Names that stand for this machine without a name server being asked (RFC 6761, section 6.3).
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  return isPlain && !isAddress && !isLocal ? url : undefined
}

/** @throws {Error} with the true status, for one that a `Response` cannot have */
function responseOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0
  if (status < 200 || status > 599) throw new Error(`status ${status}`)
  const headers = new Headers()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string)
  }
  // These cannot have content, and a `Response` may not be given any. Nothing of it is read.
  if (status === 204 || status === 205 || status === 304) {
    incoming.destroy()
    return new Response(null, { status, headers })
  }
  return new Response(Readable.toWeb(incoming) as ReadableStream, { status, headers })
}
