import { type Answer, isAAuthError, lifetimeOf } from '@aauth-guard/core'
import { accessFieldsFor } from '@aauth-guard/core/adapter'
import type { Exchange } from '../guard/exchange.ts'
import { refusalAnswer } from '../guard/refusals.ts'
import { EventPipe } from './event-pipe.ts'
import { ToolRefusal, translate } from './translate.ts'

/** Milliseconds after which a call that is not answered is watched: most are answered before. */
const watchAfter = 1000

/**
 * Lets the server answer an exchange, and gives the answer to the caller as it may have it.
 *
 * @param run the server; `signal` aborts when the token ends before there is an answer
 * @param gone aborts when the client has gone away
 */
export async function serveExchange(
  exchange: Exchange,
  run: (signal: AbortSignal) => Promise<Response>,
  gone?: AbortSignal,
): Promise<Response> {
  try {
    const response = await runWatched(exchange, run)
    exchange.noteAnswer(response.status, response.headers.get('mcp-session-id'))
    return await concluded(exchange, response, gone)
  } catch (error) {
    exchange.end()
    if (!isAAuthError(error)) throw error
    const refused = await refusalAnswer(error, exchange.shared.takesOther)
    const access = Object.fromEntries(accessFieldsFor(exchange.admission.caller))
    return toResponse({ ...refused, headers: { ...access, ...refused.headers } })
  }
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body === '' ? null : body, { status, headers })
}

/** @throws {AAuthError} why the token ended meanwhile */
async function runWatched(
  { auth }: Exchange,
  run: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const cut = new AbortController()
  const running = run(cut.signal)
  if (auth === undefined) return running
  let dispose: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const lifetime = lifetimeOf(auth)
      dispose = () => lifetime[Symbol.dispose]()
      const end = (): void => {
        reject(lifetime.signal.reason)
        cut.abort(lifetime.signal.reason)
      }
      if (lifetime.signal.aborted) end()
      else lifetime.signal.addEventListener('abort', end, { once: true })
    }, watchAfter)
  })
  try {
    return await Promise.race([running, ended])
  } finally {
    clearTimeout(timer)
    dispose?.()
    running.catch(() => undefined)
  }
}

/** @throws {AAuthError} a refusal that takes the place of the answer */
async function concluded(
  exchange: Exchange,
  response: Response,
  gone: AbortSignal | undefined,
): Promise<Response> {
  const type = response.headers.get('content-type') ?? ''
  if (response.body !== null && type.startsWith('text/event-stream'))
    return streamed(exchange, response, gone)
  if (response.status !== 200 || !type.startsWith('application/json')) {
    exchange.end()
    return kept(exchange, response, response.body, 'private, no-store')
  }
  const translated = await translate(exchange, JSON.parse(await response.text()))
  if (translated instanceof ToolRefusal) throw translated.refusal
  exchange.end()
  return kept(exchange, response, JSON.stringify(translated), 'private, no-store')
}

async function streamed(
  exchange: Exchange,
  response: Response,
  gone: AbortSignal | undefined,
): Promise<Response> {
  const pipe = new EventPipe(exchange, response.body as ReadableStream<Uint8Array>)
  // Some hosts read on for a while after their client has gone.
  if (gone?.aborted === true) await pipe.cancel(gone.reason)
  gone?.addEventListener('abort', () => void pipe.cancel(gone.reason), { once: true })
  // The head of an answer to a request waits for its first event: until then a refusal can be the answer.
  let first = exchange.id === undefined ? comment : await pipe.next(true)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const octets = first ?? (await next(pipe))
        first = undefined
        if (octets === undefined) controller.close()
        else controller.enqueue(octets)
      },
      cancel: (reason) => pipe.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return kept(exchange, response, body, 'private, no-store, no-transform')
}

/** What breaks a stream also ends what depends on it. */
async function next(pipe: EventPipe): Promise<Uint8Array | undefined> {
  try {
    return await pipe.next(false)
  } catch (error) {
    await pipe.cancel(error)
    throw error
  }
}

/** Some hosts send a head with the first octets only. */
const comment: Uint8Array | undefined = new TextEncoder().encode(': open\n\n')

/** The same answer, which no cache may keep for anybody. */
function kept(
  exchange: Exchange,
  response: Response,
  body: string | ReadableStream | null,
  cacheControl: string,
): Response {
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  // A challenge of the SDK would send agents into an authorization flow that cannot succeed.
  if (!exchange.shared.takesOther) headers.delete('www-authenticate')
  for (const [name, value] of exchange.privateFields) if (!headers.has(name)) headers.set(name, value)
  for (const [name, value] of accessFieldsFor(exchange.admission.caller)) headers.set(name, value)
  // Which allows no cache to store it either.
  headers.set('cache-control', cacheControl)
  return new Response(body, { status: response.status, statusText: response.statusText, headers })
}
