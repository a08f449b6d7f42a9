import { type Answer, answer, isAAuthError } from '@aauth-guard/core'
import { ExchangeError } from '@aauth-guard/core/exchange'

/** What a refusal says beside its code. */
export interface RefusalExtras {
  readonly headers?: Readonly<Record<string, string>>
  /** Members of the body beside `error`. */
  readonly members?: Readonly<Record<string, unknown>>
}

/** A refusal that is not of the tokens. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError'
  readonly status: number
  readonly code: string
  readonly extras: RefusalExtras

  constructor(status: number, code: string, extras: RefusalExtras = {}) {
    super(code)
    this.status = status
    this.code = code
    this.extras = extras
  }
}

/** A JSON object. @throws {ExchangeError} `invalid_request` */
export function readJsonObject(content: string): Readonly<Record<string, unknown>> {
  let body: unknown
  try {
    body = JSON.parse(content)
  } catch {
    throw new ExchangeError('invalid_request', 'the content is not JSON')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ExchangeError('invalid_request', 'the content is not a JSON object')
  return body as Readonly<Record<string, unknown>>
}

/** Answers with what `make` makes; refusals in JSON (draft 11 §11.9.2). */
export async function answerEndpoint(make: () => Promise<Response>): Promise<Response> {
  try {
    return await make()
  } catch (error) {
    if (error instanceof EndpointError) return refusal(error.status, error.code, error.extras)
    if (error instanceof ExchangeError) return refusal(error.status, error.code)
    if (isAAuthError(error)) return toResponse(await answer(error))
    throw error
  }
}

/** No answer, until the caller gives up. */
export function noAnswer(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

export function refusal(status: number, error: string, { headers, members }: RefusalExtras = {}): Response {
  return new Response(JSON.stringify({ error, ...members }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
}

/** A JSON answer that nobody keeps. */
export function granted(
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return Response.json(body, { ...init, headers: { 'cache-control': 'no-store', ...init.headers } })
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}
