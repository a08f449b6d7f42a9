import type { Resource } from '@aauth-guard/core'
import { assets } from './assets/generated.ts'
import { type AllowConsole, isAllowed, refusalOf } from './http/doors.ts'
import { EventStream, fullStream } from './http/event-stream.ts'
import { redirect, respond, respondStream, respondText } from './http/headers.ts'
import { type ConsoleRouteName, routeOf } from './http/routes.ts'
import { type ConsoleSettings, defaultSettings } from './settings.ts'
import { StateRecorder } from './state/state-recorder.ts'

/** What a console shows, and to whom. */
export interface ConsoleOptions {
  readonly resource: Resource
  /**
   * Who may look: only `true` lets a request pass. It is asked for the page, for each asset and for each stream, and a
   * stream ends after 15 minutes. If it throws, or does not answer within a second, the request gets 403.
   *
   * Decide by a credential, such as the session of an operator, and never by the address of the client: behind a proxy
   * everybody comes from loopback, and a page of the internet can let its own name lead there.
   */
  readonly allow: AllowConsole
}

/** A live page of what one resource decides in this process. */
export interface Console {
  /**
   * Answers a request for the page, its assets, its data or its stream, below the path at which you mount it. Refusals are
   * answers, too.
   *
   * @param context passed to `allow`, such as the context of a framework
   */
  handle(request: Request, context?: unknown): Promise<Response>
  /** Stops listening to the resource and ends all streams. Requests get 503 afterwards. */
  close(): void
}

const json = 'application/json'

/**
 * Makes a page that shows decisions as they happen with their explanations, rates and durations by route and code, missions
 * and their outstanding tokens, issuers, stores and budgets. It is read-only. It remembers at most 2000 decisions, shows at
 * most about 200 a second one by one, and serves 16 streams at a time.
 *
 * It shows everything of the resource to everybody whom `allow` lets in, which is personal data. It is not for customers.
 *
 * @throws {TypeError} without `resource` or `allow`, and for unknown options
 * @example
 * ```ts
 * import { createConsole } from '@aauth-guard/console'
 * import { createResource } from '@aauth-guard/core'
 * import { Hono } from 'hono'
 *
 * declare function isOperator(cookie: string | null): Promise<boolean>
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const console = createConsole({ resource, allow: (request) => isOperator(request.headers.get('cookie')) })
 * new Hono().all('/console/*', (c) => console.handle(c.req.raw))
 * ```
 */
export function createConsole(options: ConsoleOptions): Console {
  return makeConsole(options, defaultSettings)
}

/** @internal */
export function makeConsole(options: ConsoleOptions, settings: ConsoleSettings): Console {
  const { resource, allow, ...others } = options
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw new TypeError(`${JSON.stringify(unknown)} is not an option of createConsole`)
  if (typeof resource?.listen !== 'function')
    throw new TypeError('"resource" is missing: pass what createResource returned')
  if (typeof allow !== 'function')
    throw new TypeError(
      '"allow" is missing: pass a function that returns true for those who may look, or use consoleServer of @aauth-guard/console/node',
    )
  const handler = new Handler(resource, allow, settings)
  return Object.freeze({
    handle: (request: Request, context?: unknown) => handler.handle(request, context),
    close: () => handler.close(),
  })
}

class Handler {
  readonly #allow: AllowConsole
  readonly #settings: ConsoleSettings
  readonly #state: StateRecorder
  readonly #streams = new Set<EventStream>()
  #isClosed = false

  constructor(resource: Resource, allow: AllowConsole, settings: ConsoleSettings) {
    this.#allow = allow
    this.#settings = settings
    this.#state = new StateRecorder(resource, settings)
  }

  async handle(request: Request, context: unknown): Promise<Response> {
    const { method } = request
    const refusal = refusalOf(request)
    if (refusal) return respondText(method, refusal.status, refusal.sentence, refusal.headers)
    if (!(await isAllowed(this.#allow, request, context, this.#settings.allow)))
      return respondText(method, 403, 'The console is not open to this request.')
    if (this.#isClosed) return respondText(method, 503, 'The console was closed.')
    const url = new URL(request.url)
    return this.#answer(request, url, routeOf(url.pathname))
  }

  close(): void {
    this.#isClosed = true
    this.#state.close()
    for (const stream of this.#streams) stream.close('closing')
  }

  #answer(request: Request, { searchParams }: URL, route: ConsoleRouteName): Response {
    const { method } = request
    switch (route.name) {
      case 'page':
        return asset(method, 'index.html')
      case 'asset':
        return asset(method, route.file)
      case 'state':
        return respond(method, 200, json, this.#state.state())
      case 'mission':
        return this.#mission(method, searchParams)
      case 'events':
        return this.#events(request, searchParams)
      case 'redirect':
        return redirect(route.location)
      case 'unknown':
        return notFound(method)
    }
  }

  #mission(method: string, search: URLSearchParams): Response {
    const [approver, ...otherApprovers] = search.getAll('approver')
    const [s256, ...otherDigests] = search.getAll('s256')
    const invalid = 'Pass "approver" and "s256" of one mission.'
    if (approver === undefined || s256 === undefined || otherApprovers.length + otherDigests.length > 0)
      return respondText(method, 400, invalid)
    try {
      return respond(method, 200, json, this.#state.mission({ approver, s256 }))
    } catch (error) {
      if (error instanceof TypeError) return respondText(method, 400, invalid)
      throw error
    }
  }

  #events(request: Request, search: URLSearchParams): Response {
    if (request.method === 'HEAD') return respondStream(null)
    if (this.#streams.size >= this.#settings.streams) return respondStream(fullStream())
    const after = idOf(request.headers.get('last-event-id') ?? search.get('after'))
    const stream: EventStream = new EventStream(this.#state, this.#settings, after, () =>
      this.#streams.delete(stream),
    )
    this.#streams.add(stream)
    return respondStream(stream.body)
  }
}

function asset(method: string, file: string): Response {
  const found = Object.hasOwn(assets, file) ? assets[file] : undefined
  return found ? respond(method, 200, found.type, found.body) : notFound(method)
}

function notFound(method: string): Response {
  return respondText(method, 404, 'The console has nothing here.')
}

/** The id of an event; one that was never given, if the text is not a number. */
function idOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined
  const id = Number(text)
  return Number.isSafeInteger(id) && id >= 0 ? id : -1
}
