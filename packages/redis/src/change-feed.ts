import { randomUUID } from 'node:crypto'
import type { ChangeListener } from './kind.ts'
import type { Subscribe } from './options.ts'

/** Milliseconds between two heartbeats. */
const interval = 1000
/** Heartbeats that may be missing before the subscription counts as lost. */
const maxUnheard = 2
/** Heartbeats after which a new subscription is made: a broken connection may never be noticed by its client. */
const maxSilence = 10

/**
 * Passes on what any process publishes. A subscription can be lost without any event, for example when the server is
 * stopped. Each process therefore publishes a heartbeat to itself once a second, and whenever its client says that
 * something has changed, on a channel of its own. A heartbeat that is heard proves that changes are heard.
 */
export class ChangeFeed {
  readonly #subscribe: Subscribe
  readonly #publish: (channel: string, message: string) => Promise<unknown>
  readonly #channel: string
  readonly #heartbeats: string
  readonly #listeners = new Set<ChangeListener>()
  /** Of a `'new'` subscription nothing has been heard yet. */
  #state: 'new' | 'heard' | 'lost' = 'new'
  #unheard = 0
  #hint = ''
  #end: (() => void) | undefined

  /** @param publish sends a message to a channel */
  constructor(
    channel: string,
    subscribe: Subscribe,
    publish: (channel: string, message: string) => Promise<unknown>,
  ) {
    this.#channel = channel
    this.#heartbeats = `${channel}:${randomUUID()}`
    this.#subscribe = subscribe
    this.#publish = publish
  }

  /** Begins with the first listener, and ends with the last. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    this.#end ??= this.#begin()
    if (this.#state === 'heard')
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) quietly(() => listener.onSubscribed())
      })
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  close(): void {
    this.#listeners.clear()
    this.#end?.()
    this.#end = undefined
  }

  #begin(): () => void {
    this.#state = 'new'
    this.#unheard = 0
    let unsubscribe = this.#connect()
    const timer = setInterval(() => {
      this.#beat()
      if (this.#unheard % maxSilence !== 0) return
      unsubscribe()
      unsubscribe = this.#connect()
    }, interval)
    // A subscription alone does not keep the process running.
    timer.unref?.()
    return () => {
      clearInterval(timer)
      unsubscribe()
    }
  }

  /** Passes nothing on once the returned function was called. */
  #connect(): () => void {
    let ended = false
    let unsubscribe: unknown
    try {
      unsubscribe = this.#subscribe(
        [this.#channel, this.#heartbeats],
        (channel, message) => {
          if (!ended) this.#hear(channel, message)
        },
        (hint) => {
          if (!ended) this.#check(hint)
        },
      )
      if (typeof unsubscribe !== 'function') {
        // An async function returns a promise, which may reject.
        quietly(() => unsubscribe)
        throw new TypeError('"subscribe" returned no function that ends the subscription')
      }
    } catch (error) {
      this.#lose(String(error))
    }
    return () => {
      ended = true
      if (typeof unsubscribe === 'function') quietly(() => (unsubscribe as () => void)())
    }
  }

  #beat(): void {
    if (this.#unheard >= maxUnheard) this.#lose(`${this.#unheard} heartbeats in a row were not heard`)
    else if (this.#state === 'lost') this.#lose(this.#hint)
    this.#unheard += 1
    this.#publishHeartbeat()
  }

  /** One that cannot be sent is not heard. */
  #publishHeartbeat(): void {
    this.#publish(this.#heartbeats, 'heartbeat').catch(() => undefined)
  }

  #hear(channel: string, message: string): void {
    if (channel === this.#heartbeats) {
      this.#hearHeartbeat()
      return
    }
    const change = changeIn(message)
    if (change === undefined) this.#check('a message could not be read')
    else for (const listener of [...this.#listeners]) quietly(() => listener.onChange(...change))
  }

  #hearHeartbeat(): void {
    this.#unheard = 0
    if (this.#state === 'heard') return
    this.#state = 'heard'
    for (const listener of [...this.#listeners]) quietly(() => listener.onSubscribed())
  }

  /** Finds out whether changes are heard, of which some may have been missed. */
  #check(hint: string): void {
    if (this.#state === 'heard') this.#lose(hint)
    this.#publishHeartbeat()
  }

  #lose(hint: string): void {
    this.#state = 'lost'
    this.#hint = hint
    for (const listener of [...this.#listeners]) quietly(() => listener.onLost(hint))
  }
}

/** Calls code of others at once, in a timer or for a message: what it throws or rejects with would end the process. */
function quietly(call: () => unknown): void {
  const called = async (): Promise<unknown> => call()
  called().catch(() => undefined)
}

/** Anybody who can publish may have sent it. */
function changeIn(message: string): [name: string, change: object] | undefined {
  try {
    const [name, change] = JSON.parse(message)
    return typeof name === 'string' && typeof change === 'object' && change !== null
      ? [name, change]
      : undefined
  } catch {
    return undefined
  }
}
