import type { SignedRequest } from '@aauth-guard/core'
import { withoutBasePath } from './base-path.ts'
import { type ReceivedMessage, receivedMessage } from './received-message.ts'

const nothing = new Uint8Array()
const none: readonly string[] = Object.freeze([])
const withoutHost: readonly string[] = Object.freeze([''])
const missionHeader = 'aauth-mission'

/** By the request, so that a second guard recognizes what the first has verified. */
const known = new WeakMap<Request, SignedRequest>()

/**
 * The request of a route handler as the guard verifies it: as it was received, where the host tells that, or else as the
 * `Request` shows it. Neither its authority nor a forwarding header is used.
 *
 * Reads the headers first. Next.js interrupts this where it tries to render the route in advance.
 *
 * @param strippedPrefix of the resource; Next.js strips its `basePath`, which is the end of it
 */
export function routeRequest(request: Request, strippedPrefix: string): SignedRequest {
  const mission = request.headers.get(missionHeader)
  const seen = known.get(request)
  if (seen !== undefined) return seen
  const method = methodOf(request)
  const shown = pathAndQuery(request.url)
  const received = receivedMessage()
  const [path = ''] = shown.split('?', 1)
  // Rewrites change the target that is shown, and not the one that was signed.
  const target = received === undefined ? shown : withoutBasePath(received.target, path, strippedPrefix)
  const signed = new RouteRequest(request, { method, target, mission, received })
  known.set(request, signed)
  return signed
}

/** @throws {TypeError} for the request of a route that is rendered in advance, which Next.js strips of what was sent */
function methodOf(request: Request): string {
  try {
    return request.method
  } catch {
    throw new TypeError(
      'the route is rendered in advance, without the requests that it is to verify: remove `dynamic = "force-static"`',
    )
  }
}

/** Lets guards recognize a copy. */
export function recognizeCopy(request: Request, copy: Request): void {
  const signed = known.get(request)
  if (signed !== undefined) known.set(copy, signed)
}

interface Parts {
  readonly method: string
  readonly target: string
  /** It is removed from the request before the next guard reads it. */
  readonly mission: string | null
  readonly received: ReceivedMessage | undefined
}

class RouteRequest implements SignedRequest {
  readonly method: string
  readonly target: string
  readonly #request: Request
  readonly #mission: string | null
  readonly #received: ReceivedMessage | undefined

  constructor(request: Request, { method, target, mission, received }: Parts) {
    this.method = method
    this.target = target
    this.#request = request
    this.#mission = mission
    this.#received = received
  }

  header(name: string): readonly string[] {
    const shown = name === missionHeader ? this.#mission : this.#request.headers.get(name)
    const lines = linesOf(this.#received, name)
    // An HTTP/1 request without Host is refused (A02).
    if (name === 'host' && shown === null && this.#received !== undefined) return withoutHost
    if (shown === null) return none
    // What middleware changed is checked as the handler sees it.
    return lines[0] === shown || lines.join(', ') === shown ? lines : [shown]
  }

  get body(): Uint8Array | undefined {
    return this.#request.body === null ? nothing : undefined
  }
}

function linesOf(received: ReceivedMessage | undefined, name: string): readonly string[] {
  if (received === undefined) return none
  return received.lines.filter((_, at, lines) => at % 2 === 1 && lines[at - 1]?.toLowerCase() === name)
}

/** As text: `request.nextUrl` may rewrite them. */
function pathAndQuery(url: string): string {
  const authority = url.indexOf('://') + 3
  const fragment = url.indexOf('#', authority)
  const end = fragment === -1 ? undefined : fragment
  const path = url.indexOf('/', authority)
  return path === -1 ? '/' : url.slice(path, end)
}
