import { isAAuthError, type Lifetime, lifetimeOf } from '@aauth-guard/core'
import type { Exchange } from '../guard/exchange.ts'
import { streamedRefusal } from '../guard/refusals.ts'
import { isObject } from '../message/read-message.ts'
import { type EventBlock, EventReader, messageBlock, writeBlock } from './events.ts'
import { lastNotifications, noteAcknowledged } from './last-messages.ts'
import { ToolRefusal, translate } from './translate.ts'

/**
 * An event stream of the server on its way to the caller. It ends with the token: after the last octets that the caller may
 * have come the messages that say so.
 */
export class EventPipe {
  readonly #exchange: Exchange
  readonly #reader: EventReader
  readonly #lifetime: Lifetime | undefined
  readonly #last: EventBlock[] = []
  #isOver = false
  #isClosed = false

  constructor(exchange: Exchange, stream: ReadableStream<Uint8Array>) {
    this.#exchange = exchange
    this.#reader = new EventReader(stream)
    this.#lifetime = exchange.auth && lifetimeOf(exchange.auth)
    // A reader that waits for the server is told that there is nothing more.
    this.#lifetime?.signal.addEventListener('abort', () => void this.#reader.cancel(), { once: true })
  }

  /** Why the stream ended before the server was done. */
  get reason(): unknown {
    return this.#lifetime?.signal.aborted ? this.#lifetime.signal.reason : undefined
  }

  /**
   * The next octets; `undefined` at the end.
   *
   * @param isFirst whether nothing was sent, so that a refusal can still be the answer
   * @throws {AAuthError} only with `isFirst`
   */
  async next(isFirst: boolean): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const last = this.#last.shift()
    if (last !== undefined) return writeBlock(last)
    if (this.#isOver) return this.#close()
    try {
      const block = this.reason === undefined ? await this.#reader.next() : undefined
      // Of what arrives together with the end, the end counts.
      if (this.reason !== undefined) {
        await this.#endWith(this.reason, isFirst)
        return await this.next(false)
      }
      if (block === undefined) return this.#close()
      const outcome = await this.#translated(block)
      if (!(outcome instanceof ToolRefusal)) return writeBlock(outcome)
      await this.#endWith(outcome.refusal, isFirst)
    } catch (error) {
      if (isFirst && isAAuthError(error)) this.#close()
      if (isFirst || !isAAuthError(error)) throw error
      await this.#endWith(error, false)
    }
    return this.next(false)
  }

  /** The caller went away. */
  async cancel(reason?: unknown): Promise<void> {
    this.#close()
    await this.#reader.cancel(reason)
  }

  async #translated(block: EventBlock): Promise<EventBlock | ToolRefusal> {
    const { sealer } = this.#exchange.shared
    const { sessionId } = this.#exchange
    const id =
      block.id === undefined || sessionId === undefined
        ? block.id
        : await sealer.seal('event', sessionId, block.id)
    if (block.data === undefined || block.data === '') return { ...block, id }
    const message: unknown = JSON.parse(block.data)
    if (isObject(message)) noteAcknowledged(this.#exchange, message)
    const translated = await translate(this.#exchange, message)
    if (translated instanceof ToolRefusal) return translated
    return { ...block, id, data: JSON.stringify(translated) }
  }

  /** @throws the reason, where it can be the answer */
  async #endWith(reason: unknown, isFirst: boolean): Promise<void> {
    this.#isOver = true
    void this.#reader.cancel(reason)
    if (isFirst) {
      this.#close()
      throw reason
    }
    const notifications = this.reason === undefined ? [] : lastNotifications(this.#exchange)
    const refusal = await streamedRefusal(reason, this.#exchange.id)
    this.#last.push(...[...notifications, refusal].map(messageBlock))
  }

  #close(): undefined {
    this.#isOver = true
    if (this.#isClosed) return
    this.#isClosed = true
    this.#lifetime?.[Symbol.dispose]()
    this.#exchange.end()
  }
}
