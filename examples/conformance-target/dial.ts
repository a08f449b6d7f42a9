import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'

/**
 * A `fetch` that dials identifiers where `origins` says. The request keeps its path and names the identifier in
 * `Host`; everything the verifier checks of an answer stays on. Other identifiers are not to be had.
 */
export function dialer(origins: Readonly<Record<string, string>>): typeof fetch {
  return (input, init) => {
    const url = new URL(String(input))
    const origin = origins[url.origin]
    if (origin === undefined)
      return Promise.reject(new TypeError(`no origin is configured for ${url.origin}`))
    return new Promise((resolve, reject) => {
      const headers = { ...Object.fromEntries(new Headers(init?.headers)), host: url.host }
      const dialled = request(new URL(url.pathname + url.search, origin), {
        headers,
        signal: init?.signal ?? undefined,
      })
      dialled.on('error', reject)
      dialled.on('response', (incoming) => {
        try {
          resolve(responseOf(incoming))
        } catch (error) {
          // Such as for a status out of range; nobody else would catch it here.
          incoming.destroy()
          reject(error)
        }
      })
      dialled.end()
    })
  }
}

function responseOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0
  const bodiless = status === 204 || status === 205 || status === 304
  if (bodiless) incoming.resume()
  const headers = new Headers()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string)
  }
  return new Response(bodiless ? null : (Readable.toWeb(incoming) as ReadableStream), { status, headers })
}
