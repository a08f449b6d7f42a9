import { type JsonObject, parseJsonObject } from '../token/json.ts'
import { ContentBuffer } from '../wire/content-buffer.ts'

/** Why a document could not be fetched. */
export type FetchFault =
  /** A permanent fault: the issuer does not publish what it must. */
  | { readonly passing: false; readonly reason: string }
  /** A temporary fault, which is not the caller's. */
  | { readonly passing: true; readonly reason: string }

export interface FetchedDocument {
  readonly json: JsonObject
  readonly headers: Headers
}

const jsonType = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)[ \t]*(?:;|$)/i

/**
 * Fetches one JSON document without redirects, credentials or content codings. The size is checked while the content
 * streams (I07, I11, I13, I33).
 *
 * @param maxBytes of decoded content
 */
export async function fetchDocument(
  fetcher: typeof fetch,
  url: string,
  accept: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FetchedDocument | FetchFault> {
  try {
    const response = await abortable(
      fetcher(url, {
        redirect: 'manual',
        signal,
        headers: { accept, 'accept-encoding': 'identity', 'user-agent': 'aauth-guard' },
      }),
      signal,
    )
    const fault = statusFault(response)
    if (fault) {
      response.body?.cancel().catch(() => undefined)
      return fault
    }
    const bytes = await readCapped(response, maxBytes, signal)
    const json = bytes && parseJsonObject(bytes, 4096)
    if (!bytes) return definite(`the content has more than ${maxBytes} octets`)
    return json ? { json, headers: response.headers } : definite('the content is not a valid JSON object')
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'fetch failed'
    const name = error instanceof Error ? error.name : ''
    return name === 'RefusedAddress' ? definite(reason) : { passing: true, reason }
  }
}

function statusFault(response: Response): FetchFault | undefined {
  const { status, type, headers } = response
  if (status >= 500 || status === 429 || status === 408) return { passing: true, reason: `status ${status}` }
  // A browser-like fetch hides a redirect behind status 0.
  if (status !== 200) return definite(type === 'opaqueredirect' ? 'redirect' : `status ${status}`)
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') return definite(`content-encoding ${encoding}`)
  return jsonType.test(headers.get('content-type') ?? '') ? undefined : definite('content type is not JSON')
}

export async function readCapped(
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (response.body === null) return new Uint8Array()
  const reader = response.body.getReader()
  const content = new ContentBuffer()
  try {
    for (;;) {
      const { done, value } = await abortable(reader.read(), signal)
      if (done) return content.octets
      if (content.length + value.length > maxBytes) return undefined
      content.add(value)
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

/** Rejects when `signal` aborts, even if the code behind `promise` ignores the signal. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('deadline passed'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function definite(reason: string): FetchFault {
  return { passing: false, reason }
}
