import type { IncomingMessage } from 'node:http'
import { AAuthError } from '@aauth-guard/core'
import { bufferContent } from '@aauth-guard/core/node'

const kept = new WeakMap<IncomingMessage, KeptContent>()

/**
 * Keeps the content of a message as it arrives, for a guard that runs after body parsers have read it. Only messages with
 * `Content-Digest` are kept, and only up to `limit`. Nothing is read: what no parser asks for stays unread.
 */
export function keepContent(message: IncomingMessage, limit: number): void {
  if (message.headers['content-digest'] !== undefined && !kept.has(message))
    kept.set(message, new KeptContent(message, limit))
}

/** What was kept of a message; `undefined` for one without `Content-Digest`. */
export function keptContentOf(message: IncomingMessage): KeptContent | undefined {
  return kept.get(message)
}

/** The octets of one message, before content codings are decoded. */
export class KeptContent {
  readonly #message: IncomingMessage
  readonly #limit: number
  #chunks: Uint8Array[] = []
  #length = 0
  #ended = false

  constructor(message: IncomingMessage, limit: number) {
    this.#message = message
    this.#limit = limit
    // What was read before this point is not seen, and the content is then never complete.
    if (message.readableDidRead) return
    const emit = message.emit.bind(message)
    // Whoever reads, by listening, in a pipe or by `read`, gets the content with these events. To listen would begin to read.
    const value = (event: string | symbol, ...values: unknown[]): boolean => {
      if (event === 'data') this.#keep(values[0])
      else if (event === 'end') this.#ended = true
      return emit(event, ...values)
    }
    Object.defineProperty(message, 'emit', { value, configurable: true, writable: true })
  }

  #keep(chunk: unknown): void {
    // Fastify's parsers of text read strings. Octets that were not text differ then, and are refused.
    const octets =
      typeof chunk === 'string'
        ? Buffer.from(chunk, this.#message.readableEncoding ?? undefined)
        : (chunk as Uint8Array)
    this.#length += octets.length
    if (this.#length > this.#limit) this.#chunks = []
    else this.#chunks.push(octets)
  }

  /**
   * All of the content: what a parser read, or, if none did, what is read now and put back.
   *
   * @param limit octets
   * @returns `undefined` if some of it was read before it was kept, or if it was not read to its end
   * @throws {AAuthError} `content_too_large`; `invalid_request` if the client went away (or the promise rejects)
   */
  async read(limit: number): Promise<Uint8Array | undefined> {
    if (!this.#message.readableDidRead) return bufferContent(this.#message, limit)
    if (this.#length > Math.min(limit, this.#limit))
      throw new AAuthError('content_too_large', { hint: `content over ${limit} octets` })
    if (!this.#ended) return undefined
    return Buffer.concat(this.#chunks, this.#length)
  }
}
