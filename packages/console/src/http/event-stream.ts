import type { ConsoleSettings } from '../settings.ts'
import type { StateRecorder } from '../state/state-recorder.ts'

/** Why a stream ends: it has to be opened again, it was not read, the console closes, or there are too many streams. */
export type Goodbye = 'renew' | 'slow' | 'closing' | 'full'

/** Characters of events that are sent at once. */
const maxBatch = 65_536
const encoder = new TextEncoder()

/**
 * One stream of server-sent events. It holds a position in the log and no events, so what it keeps does not grow while it
 * is not read. Looks for what is new by a timer of its own: Workers let no request wake the stream of another one.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #state: StateRecorder
  readonly #settings: ConsoleSettings
  readonly #onEnd: () => void
  readonly #openedAt = performance.now()
  readonly #timer: ReturnType<typeof setInterval>
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  /** Id of the next event to send. */
  #position: number
  #opening: string
  #waiting: (() => void) | undefined
  #readAt = this.#openedAt
  #commentAt = this.#openedAt
  #goodbye: { readonly reason: Goodbye; readonly at: number } | undefined
  #hasEnded = false
  #snapshotVersion: number | undefined
  #pointTime: number | undefined

  /**
   * @param after id of the last event that the reader has, if it has any
   * @param onEnd called once
   */
  constructor(state: StateRecorder, settings: ConsoleSettings, after: number | undefined, onEnd: () => void) {
    this.#state = state
    this.#settings = settings
    this.#onEnd = onEnd
    const { first, next } = state.log
    const isKnown = after !== undefined && after + 1 >= first && after + 1 <= next
    this.#position = isKnown ? after + 1 : next
    // The id reaches readers with the first octets, so that they can go on from here before there is an event.
    const id = `id: ${this.#position - 1}\n`
    this.#opening = after === undefined || isKnown ? `${id}\n` : `${id}event: reset\ndata: {}\n\n`
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: (controller) => this.#pull(controller),
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 },
    )
    this.#timer = setInterval(() => this.#look(), settings.poll)
    ;(this.#timer as { unref?: () => void }).unref?.()
  }

  /** Says goodbye in place of everything that was not sent yet. */
  close(reason: Goodbye): void {
    this.#goodbye ??= { reason, at: performance.now() }
    this.#wake()
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      if (this.#hasEnded) return
      this.#readAt = performance.now()
      const text = this.#next()
      if (text !== '') controller.enqueue(encoder.encode(text))
      if (this.#goodbye !== undefined) {
        controller.close()
        this.#end()
        return
      }
      if (text !== '') return
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
      this.#waiting = undefined
    }
  }

  /** What there is to send. */
  #next(): string {
    if (this.#goodbye !== undefined)
      return eventOf('goodbye', JSON.stringify({ reason: this.#goodbye.reason }))
    const opening = this.#opening
    this.#opening = ''
    return `${opening}${this.#events()}${this.#regular()}`
  }

  #events(): string {
    let text = ''
    while (text.length < maxBatch) {
      const entry = this.#state.log.get(this.#position)
      if (entry === undefined) break
      text += `id: ${entry.id}\n${eventOf(entry.event, entry.json)}`
      this.#position += 1
    }
    return text
  }

  /** What is sent again and again, if it is time. */
  #regular(): string {
    const { snapshot, comment, point } = this.#settings
    const now = performance.now()
    const age = now - this.#openedAt
    let text = ''
    const second = this.#state.point()
    if (age >= point && second.t !== this.#pointTime) {
      this.#pointTime = second.t
      text += eventOf('point', second.json())
      const sampled = this.#state.sampled()
      if (sampled !== undefined) text += eventOf('sampled', sampled)
    }
    if (age >= snapshot) {
      const { json, version } = this.#state.snapshot()
      if (version !== this.#snapshotVersion) text += eventOf('snapshot', json)
      this.#snapshotVersion = version
    }
    if (now - this.#commentAt >= comment) {
      this.#commentAt = now
      text += ': still here\n\n'
    }
    return text
  }

  /** Ends the stream if it is time, and otherwise lets its reader have what is new. */
  #look(): void {
    const { life, unread, farewell, queue } = this.#settings
    const now = performance.now()
    if (this.#goodbye !== undefined) {
      if (now - this.#goodbye.at >= farewell) this.#abort()
      return
    }
    const { first, next } = this.#state.log
    const isReading = this.#waiting !== undefined
    if (now - this.#openedAt >= life) this.close('renew')
    else if (this.#position < first || next - this.#position > queue) this.close('slow')
    else if (!isReading && now - this.#readAt >= unread) this.close('slow')
    else this.#wake()
  }

  /** Frees what a reader that does not read would hold; adapters then end its connection. */
  #abort(): void {
    this.#controller?.error(new Error('the stream was not read'))
    this.#end()
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearInterval(this.#timer)
    this.#wake()
    this.#onEnd()
  }

  #wake(): void {
    this.#waiting?.()
  }
}

/** The stream of a reader for whom there is no room. */
export function fullStream(): ReadableStream<Uint8Array> {
  const goodbye: Goodbye = 'full'
  const text = `retry: 10000\n${eventOf('goodbye', JSON.stringify({ reason: goodbye }))}`
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(text))
      controller.close()
    },
  })
}

/** JSON has no line breaks outside of its texts, and escapes those within. */
function eventOf(event: string, json: string): string {
  return `event: ${event}\ndata: ${json}\n\n`
}
