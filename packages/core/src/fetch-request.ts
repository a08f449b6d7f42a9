import { bindContent, contentBinding } from './authorize.ts'
import { AAuthError } from './errors.ts'
import type { Auth } from './token/auth.ts'
import type { SignedRequest } from './wire/signed-request.ts'

const maxContent = 1_048_576
const snapshots = new WeakMap<Request, SignedRequest>()

/**
 * A `Request` as its host shows it: header lines already joined, the target cut out of `url` as text. The same
 * request yields the same object, so that a second guard knows it from the first.
 */
export function fetchRequest(request: Request): SignedRequest {
  const known = snapshots.get(request)
  if (known) return known
  const signed: SignedRequest = {
    method: request.method,
    target: targetOf(request),
    header(name) {
      const line = request.headers.get(name)
      return line === null ? [] : [line]
    },
    ...(request.body === null && { body: new Uint8Array() }),
  }
  snapshots.set(request, signed)
  return signed
}

/**
 * Compares the content of a request with the digest that its signature covers, where it covers one and nobody
 * has. Reads up to 1 MiB, and only then reads at all.
 *
 * @returns a request whose body is unread, which later guards know again
 * @throws {AAuthError} `invalid_signature` when they differ, `content_too_large`
 */
export async function checkContent(auth: Auth, request: Request): Promise<Request> {
  if (contentBinding(auth) !== 'unchecked') return request
  let content: Uint8Array<ArrayBuffer> | undefined
  await bindContent(auth, async () => {
    content = await readContent(request)
    return content
  })
  if (content === undefined) return request
  const unread = new Request(request, { body: content })
  const signed = snapshots.get(request)
  if (signed) snapshots.set(unread, signed)
  return unread
}

/** Path and query as text: a URL parser would normalise them (architecture §11, hosts). */
function targetOf({ url }: Request): string {
  const path = url.indexOf('/', url.indexOf('://') + 3)
  if (path === -1) return '/'
  const fragment = url.indexOf('#', path)
  return url.slice(path, fragment === -1 ? undefined : fragment)
}

async function readContent(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length
    if (length > maxContent) {
      reader?.cancel().catch(() => undefined)
      throw new AAuthError('content_too_large', {
        hint: `content over ${maxContent} octets with a covered digest`,
      })
    }
    chunks.push(part.value)
  }
  const content = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    content.set(chunk, at)
    at += chunk.length
  }
  return content
}
