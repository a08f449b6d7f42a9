import type { ResourceEvent, ResourceSnapshot } from '@aauth-guard/core'
import type { ConsoleDecision, ConsoleState, Goodbye, PointEvent, Sampled } from '../model/protocol.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'silent' | 'forbidden'

export interface FeedListener {
  connection(connection: Connection, why?: string): void
  state(state: ConsoleState): void
  decision(decision: ConsoleDecision): void
  happening(event: ResourceEvent): void
  snapshot(snapshot: ResourceSnapshot): void
  sampled(sampled: Sampled): void
  point(point: PointEvent): void
}

/** Milliseconds without a word after which the page says so. A snapshot is due every two seconds. */
const silence = 10_000
/** Milliseconds between two looks at the whole state, which corrects what was counted here. */
const refreshEvery = 30_000
const reasons: Readonly<Record<Goodbye['reason'], string>> = {
  renew: 'The server asks again whether you may look.',
  slow: 'This page did not read fast enough.',
  closing: 'The server is stopping.',
  full: 'Too many pages are open. This one tries again.',
}

/** Reads the stream of the server, and the whole state at each connection. */
export class Feed {
  readonly #listener: FeedListener
  #source: EventSource | undefined
  #heardAt = Date.now()
  #connection: Connection = 'connecting'
  #why: string | undefined
  #failures = 0
  #isLoading = false
  /** What arrives while the state is being fetched. */
  #waiting: (() => void)[] = []

  constructor(listener: FeedListener) {
    this.#listener = listener
  }

  start(): void {
    this.#open()
    setInterval(() => {
      if (this.#connection === 'live' && Date.now() - this.#heardAt > silence)
        this.#set('silent', 'The server has sent nothing for 10 seconds.')
    }, 1000)
    setInterval(() => {
      if (this.#connection === 'live' && document.visibilityState === 'visible') void this.#load()
    }, refreshEvery)
  }

  #open(): void {
    const source = new EventSource('events')
    this.#source = source
    source.addEventListener('open', () => {
      this.#failures = 0
      this.#heard()
      void this.#load()
    })
    source.addEventListener('error', () => {
      if (this.#connection !== 'forbidden') this.#set('reconnecting', this.#why)
      if (source.readyState === EventSource.CLOSED) this.#openLater()
    })
    this.#on(source, 'decision', (value: ConsoleDecision) => this.#listener.decision(value))
    this.#on(source, 'happening', (value: ResourceEvent) => this.#listener.happening(value))
    this.#on(source, 'snapshot', (value: ResourceSnapshot) => this.#listener.snapshot(value))
    this.#on(source, 'sampled', (value: Sampled) => this.#listener.sampled(value))
    this.#on(source, 'point', (value: PointEvent) => this.#listener.point(value))
    source.addEventListener('reset', () => {
      this.#heard()
      void this.#load()
    })
    source.addEventListener('goodbye', ({ data }: MessageEvent<string>) => {
      const { reason } = JSON.parse(data) as Goodbye
      this.#set('reconnecting', reasons[reason])
      // The browser would come back at once, and be sent away again.
      if (reason === 'full') this.#openLater()
    })
  }

  #on<T>(source: EventSource, name: string, hand: (value: T) => void): void {
    source.addEventListener(name, ({ data }: MessageEvent<string>) => {
      this.#heard()
      const value = JSON.parse(data) as T
      if (this.#isLoading) this.#waiting.push(() => hand(value))
      else hand(value)
    })
  }

  #openLater(): void {
    this.#source?.close()
    this.#source = undefined
    const wait = Math.min(15_000, 500 * 2 ** this.#failures++)
    setTimeout(() => this.#open(), wait)
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return
    this.#isLoading = true
    try {
      const response = await fetch('state')
      if (response.ok) {
        this.#listener.state((await response.json()) as ConsoleState)
        this.#set('live')
      } else if (response.status === 401 || response.status === 403)
        this.#set('forbidden', `The server answers ${response.status}: you may not look, or not any more.`)
    } catch {
      // The stream says when the server is back.
    } finally {
      this.#isLoading = false
      for (const hand of this.#waiting.splice(0)) hand()
    }
  }

  #heard(): void {
    this.#heardAt = Date.now()
    if (this.#connection === 'silent') this.#set('live')
  }

  #set(connection: Connection, why?: string): void {
    if (this.#connection === connection && this.#why === why) return
    this.#connection = connection
    this.#why = why
    this.#listener.connection(connection, why)
  }
}
