import { Stamp } from '../assert/stamp.ts'
import { bindContent, contentBinding } from '../authorize/content.ts'
import { defaultMaxContent } from '../authorize/guard-options.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import type { Auth } from '../token/auth.ts'
import { ContentBuffer } from '../wire/content-buffer.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

const nothing = new Uint8Array()
const none: readonly string[] = Object.freeze([])
const missionHeader = 'aauth-mission'

/**
 * A `Request` as its host shows it: header lines already joined, the target cut out of `url` as text. The same
 * request yields the same object, so that a second guard knows it from the first.
 */
export function fetchRequest(request: Request): SignedRequest {
  const known = Shown.of(request) ?? ofSealed.get(request)
  if (known !== undefined) return known
  const signed = new ShownRequest(request)
  keep(request, signed)
  return signed
}

class ShownRequest implements SignedRequest {
  readonly method: string
  readonly target: string
  readonly #request: Request
  /** It is removed from the request before the next guard reads it. */
  readonly #mission: string | null

  constructor(request: Request) {
    this.method = request.method
    this.target = targetOf(request)
    this.#request = request
    this.#mission = request.headers.get(missionHeader)
  }

  header(name: string): readonly string[] {
    const line = name === missionHeader ? this.#mission : this.#request.headers.get(name)
    return line === null ? none : [line]
  }

  get body(): Uint8Array | undefined {
    return this.#request.body === null ? nothing : undefined
  }
}

/** What guards read of a request, on the request itself. */
class Shown extends Stamp {
  readonly #signed: SignedRequest

  constructor(request: Request, signed: SignedRequest) {
    super(request)
    this.#signed = signed
  }

  static of(request: Request): SignedRequest | undefined {
    return #signed in request ? request.#signed : undefined
  }
}

/** The same for requests of hosts that let nothing be added to them. */
const ofSealed = new WeakMap<Request, SignedRequest>()

function keep(request: Request, signed: SignedRequest): void {
  if (Object.isExtensible(request)) new Shown(request, signed)
  else ofSealed.set(request, signed)
}

/**
 * Compares the content of a request with the digest that its signature covers, where it covers one and nobody
 * has. Reads only then.
 *
 * @param maxContent octets that are read; default 1 MiB
 * @returns a request whose body is unread, which later guards know again
 * @throws {AAuthError} `invalid_signature` when they differ, `content_too_large`, `server_error` when the content was
 * read before
 */
export async function checkContent(
  auth: Auth,
  request: Request,
  maxContent: number = defaultMaxContent,
): Promise<Request> {
  if (contentBinding(auth) !== 'unchecked') return request
  let content: Uint8Array<ArrayBuffer> | undefined
  await bindContent(auth, async () => {
    if (request.bodyUsed) return undefined
    content = await readContent(request, maxContent)
    return content
  })
  // A GET may not be given any, also where its content was sent and empty.
  if (content === undefined || request.method === 'GET' || request.method === 'HEAD') return request
  return inPlaceOf(request, withContent(request, content))
}

function withContent(request: Request, content: Uint8Array<ArrayBuffer>): Request {
  try {
    return new Request(request, { body: content })
  } catch {
    // A host may have a class of its own, which the constructor does not accept.
    const { url, method, headers, signal } = request
    return new Request(url, { method, headers: new Headers(headers), body: content, signal })
  }
}

/**
 * The request as an application should see it: without `AAuth-Mission`, which is only what the agent asserts
 * (MISS-13). Guards know it again. Where a host lets nobody change the headers it is a copy.
 */
export function withoutMissionHeader(request: Request): Request {
  if (!request.headers.has(missionHeader)) return request
  // Remembered with the header, for the next guard.
  fetchRequest(request)
  try {
    request.headers.delete(missionHeader)
    return request
  } catch {
    const { url, method, bodyUsed } = request
    const headers = new Headers(request.headers)
    headers.delete(missionHeader)
    // What was read cannot be copied.
    const copy = new Request(bodyUsed ? url : request, { method, headers })
    return inPlaceOf(request, copy)
  }
}

function inPlaceOf(request: Request, copy: Request): Request {
  keep(copy, fetchRequest(request))
  return copy
}

/**
 * Path and query as text: a URL parser would normalise them (docs/decisions.md#targets). Where `Host` says something
 * else than the URL, the client sent absolute form, whose authority must be ours (E11).
 */
function targetOf({ url, headers }: Request): string {
  const start = url.indexOf('://') + 3
  const path = url.indexOf('/', start)
  const authority = url.slice(start, path === -1 ? undefined : path)
  const fragment = url.indexOf('#', start)
  const end = fragment === -1 ? undefined : fragment
  const host = headers.get('host')
  if (host !== null && host.toLowerCase() !== authority && !isDefaultPortOf(url, authority, host))
    return url.slice(0, end)
  return path === -1 ? '/' : url.slice(path, end)
}

/** URL parsers leave out the port that a scheme implies. */
function isDefaultPortOf(url: string, authority: string, host: string): boolean {
  const port = url.startsWith('https:') ? ':443' : ':80'
  return host.toLowerCase() === `${authority}${port}`
}

/**
 * The content of a request, up to `limit` octets.
 * @throws {AAuthError} `content_too_large`; `server_error` (500) when it was read before
 */
export async function readContent(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.bodyUsed)
    throw new AAuthError('server_error', {
      hint: 'the content was read before this route: mount the routes of the resource before whatever reads content',
      permanent: true,
    })
  const reader = request.body?.getReader()
  const content = new ContentBuffer()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    content.add(part.value)
    if (content.length > limit) {
      reader?.cancel().catch(() => undefined)
      throw new AAuthError('content_too_large', {
        hint: `content over ${limit} octets`,
      })
    }
  }
  return content.octets
}
