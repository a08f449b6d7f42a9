import type { ServerResponse } from 'node:http'

type Chunk = Uint8Array | string

/**
 * A response whose server writes to a web `Response` instead. Nothing reaches the socket but what `send` is given, so that
 * a refusal can take the place of what the server writes.
 */
export class Intercepted {
  /** What the server writes, once it begins. Rejects if the client goes away before. */
  readonly written: Promise<Response>
  readonly #response: ServerResponse
  readonly #write: ServerResponse['write']
  readonly #end: ServerResponse['end']
  readonly #writeHead: ServerResponse['writeHead']
  readonly #flushHeaders: ServerResponse['flushHeaders']
  readonly #begun: (written: Response) => void
  #body: ReadableStreamDefaultController<Uint8Array> | undefined
  #hasBegun = false
  #isOver = false

  constructor(response: ServerResponse) {
    this.#response = response
    this.#write = response.write
    this.#end = response.end
    this.#writeHead = response.writeHead
    this.#flushHeaders = response.flushHeaders
    const { promise, resolve, reject } = withResolvers<Response>()
    this.written = promise
    this.#begun = resolve
    promise.catch(() => undefined)
    response.once('close', () => reject(new Error('the client went away')))
    response.writeHead = ((...given: [number, ...unknown[]]) =>
      this.#takeHead(...given)) as typeof response.writeHead
    response.flushHeaders = () => this.#begin()
    response.write = ((chunk: Chunk, ...rest: unknown[]) => this.#take(chunk, rest)) as typeof response.write
    response.end = ((...given: unknown[]) => this.#finish(given)) as typeof response.end
  }

  /** Writes an answer. What the server writes from then on is read only where the answer is made of it. */
  async send({ status, headers, body }: Response): Promise<void> {
    const response = this.#response
    if (response.destroyed) {
      await body?.cancel()
      return
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    const cookies = headers.getSetCookie()
    const fields = { ...Object.fromEntries(headers), ...(cookies.length > 0 && { 'set-cookie': cookies }) }
    this.#writeHead.call(response, status, fields as never)
    if (body !== null) this.#flushHeaders.call(response)
    const reader = body?.getReader()
    const stop = (): void => void reader?.cancel().catch(() => undefined)
    response.once('close', stop)
    try {
      for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
        this.#write.call(response, part.value, 'utf8')
        await drained(response)
      }
    } finally {
      response.off('close', stop)
      this.#end.call(response, undefined as never, 'utf8')
    }
  }

  #takeHead(status: number, ...rest: unknown[]): ServerResponse {
    const response = this.#response
    if (this.#hasBegun) return response
    response.statusCode = status
    const headers = rest.find((one) => typeof one === 'object' && one !== null)
    const pairs = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers ?? {})
    for (const [name, value] of pairs) if (value !== undefined) response.setHeader(name, value as string)
    return response
  }

  #take(chunk: Chunk, rest: readonly unknown[]): boolean {
    this.#begin()
    this.#body?.enqueue(octetsOf(chunk, rest))
    callLast(rest)
    return (this.#body?.desiredSize ?? 0) > 0
  }

  #finish(given: readonly unknown[]): ServerResponse {
    if (this.#isOver) return this.#response
    this.#begin()
    this.#isOver = true
    const [chunk] = given
    if (typeof chunk === 'string' || chunk instanceof Uint8Array)
      this.#body?.enqueue(octetsOf(chunk, given.slice(1)))
    this.#body?.close()
    this.#body = undefined
    callLast(given)
    return this.#response
  }

  #begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const response = this.#response
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#body = controller
        },
        pull: () => void response.emit('drain'),
        // The response ends soon, which is when whoever writes to it learns of it.
        cancel: () => {
          this.#body = undefined
          this.#isOver = true
        },
      },
      { highWaterMark: 4 },
    )
    const headers = new Headers()
    for (const [name, value] of Object.entries(response.getHeaders()))
      for (const line of [value ?? []].flat()) headers.append(name, String(line))
    const { statusCode: status } = response
    this.#begun(new Response(bodyless.has(status) ? null : body, { status, headers }))
  }
}

const bodyless: ReadonlySet<number> = new Set([204, 205, 304])

function withResolvers<T>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (reason: unknown) => void
} {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve, reject }
}

/** Waits until more may be written. `drain` is emitted for the server as well, so it is asked again. */
async function drained(response: ServerResponse): Promise<void> {
  while (response.writableNeedDrain && !response.destroyed)
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go).off('close', go)
        resolve()
      }
      response.on('drain', go).on('close', go)
    })
}

function pairsOf(flat: readonly unknown[]): [string, unknown][] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[String(name), flat[at + 1]] as [string, unknown]] : []))
}

function octetsOf(chunk: Chunk, rest: readonly unknown[]): Uint8Array {
  const [encoding] = rest
  if (typeof chunk !== 'string') return Uint8Array.from(chunk)
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}

function callLast(given: readonly unknown[]): void {
  const last = given.at(-1)
  if (typeof last === 'function') queueMicrotask(() => last())
}
