import type { IncomingMessage } from 'node:http'
import type { SignedRequest } from '../wire/signed-request.ts'

const snapshots = new WeakMap<IncomingMessage, SignedRequest>()
const contents = new WeakMap<IncomingMessage, Uint8Array>()

/**
 * Reads a Node request as it was received: every header line from `rawHeaders`, since `headers` keeps only the first of
 * some repeated fields, and the target before any router rewrote `url`.
 *
 * The same message yields the same object, by which a second guard recognizes it.
 *
 * @param target reads the raw request target where the framework keeps it; default `originalUrl`, or `url`
 */
export function signedRequest(
  message: IncomingMessage & { readonly originalUrl?: string },
  target: () => string = () => message.originalUrl ?? message.url ?? '',
): SignedRequest {
  const known = snapshots.get(message)
  if (known) return known
  const lines = linesByName(message)
  const signed: SignedRequest = {
    get method() {
      return message.method ?? ''
    },
    get target() {
      return target()
    },
    header: (name) => lines.get(name) ?? none,
    get body() {
      return contents.get(message) ?? (isEmpty(message, lines) ? nothing : undefined)
    },
  }
  snapshots.set(message, signed)
  return signed
}

/** Gives the guard the content of a message that was read before the guard ran. */
export function rememberContent(message: IncomingMessage, content: Uint8Array): void {
  contents.set(message, content)
}

const none: readonly string[] = Object.freeze([])
const nothing = new Uint8Array()

function linesByName({ rawHeaders, httpVersionMajor }: IncomingMessage): ReadonlyMap<string, string[]> {
  const lines = new Map<string, string[]>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    const known = lines.get(name)
    if (known) known.push(value)
    else lines.set(name, [value])
  }
  // HTTP/2 carries the authority in a pseudo-header. If Host differs from it, both count, and the request is refused.
  const authority = lines.get(':authority')
  const host = lines.get('host')
  if (authority && host?.[0] !== authority[0]) lines.set('host', [...authority, ...(host ?? [])])
  // An HTTP/1 request without Host is refused, as is an empty Host (A02).
  if (httpVersionMajor === 1 && !host) lines.set('host', [''])
  return lines
}

function isEmpty(message: IncomingMessage, lines: ReadonlyMap<string, string[]>): boolean {
  // HTTP/2 messages may have content without a header that says so.
  if (message.httpVersionMajor > 1)
    return (message as { stream?: { endAfterHeaders?: boolean } }).stream?.endAfterHeaders === true
  const length = lines.get('content-length')?.[0]
  return !lines.has('transfer-encoding') && (length === undefined || length === '0')
}
