import type { Database } from './database.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Listen } from './options.ts'

/** Milliseconds after which a connection that brings nothing is given up for another. */
const patience = 5000

/** Takes what the processes of a fleet tell each other. */
export interface ChangeListener {
  onChange(change: Readonly<Record<string, unknown>>): void
  onLost(hint: string): void
  onSubscribed(): void
}

/** The changes that any process makes, on one connection for all kinds of store. It is open while somebody listens. */
export class Changes {
  readonly #database: Database
  readonly #listen: Listen
  readonly #channel: string
  readonly #listeners = new Set<ChangeListener>()
  #heartbeat: Heartbeat | undefined
  /** Ends the connection. Another one for each: what an earlier one still says is not heard. */
  #connection: { readonly end: () => void; readonly since: number; hasFailed: boolean } | undefined

  constructor(database: Database, listen: Listen) {
    this.#database = database
    this.#listen = listen
    this.#channel = `${database.schema}_changes`
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: ChangeListener): () => void {
    // A listener may subscribe twice.
    const own: ChangeListener = {
      onChange: (change) => quietly(() => listener.onChange(change)),
      onLost: (hint) => quietly(() => listener.onLost(hint)),
      onSubscribed: () => quietly(() => listener.onSubscribed()),
    }
    this.#listeners.add(own)
    if (this.#heartbeat === undefined) this.#start()
    else if (this.#heartbeat.isHeard) queueMicrotask(() => this.#listeners.has(own) && own.onSubscribed())
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) this.close()
    }
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#listeners.clear()
    this.#heartbeat?.stop()
    this.#heartbeat = undefined
    this.#disconnect()
  }

  #start(): void {
    this.#heartbeat = new Heartbeat({
      send: () => this.#database.notify(this.#channel, '{}'),
      onLost: (reason) => {
        this.#tellLoss(reason)
        this.#reconnect()
      },
      onSubscribed: () => {
        for (const { onSubscribed } of [...this.#listeners]) onSubscribed()
      },
    })
    this.#connect()
  }

  #reconnect(): void {
    const connection = this.#connection
    if (connection && !connection.hasFailed && performance.now() - connection.since < patience) return
    this.#disconnect()
    this.#connect()
  }

  #connect(): void {
    const isCurrent = (): boolean => this.#connection === connection
    const connection = { end: () => {}, since: performance.now(), hasFailed: false }
    this.#connection = connection
    const fail = (reason: string): void => {
      if (!isCurrent()) return
      connection.hasFailed = true
      this.#heartbeat?.lost(reason)
    }
    try {
      const end: unknown = this.#listen(
        this.#channel,
        (payload) => isCurrent() && this.#take(payload),
        (reason) => fail(reason),
      )
      if (typeof end !== 'function') {
        // An async function returns a promise, which may reject.
        quietly(() => end)
        throw new TypeError('"listen" returned no function that ends the connection')
      }
      // A connection that cannot be ended says nothing more that is heard.
      connection.end = () => quietly(() => end())
    } catch (error) {
      fail(String(error))
    }
    // It has failed at once, or somebody unsubscribed meanwhile.
    if (!isCurrent()) connection.end()
  }

  #disconnect(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.end()
  }

  #take(payload: string): void {
    this.#heartbeat?.heard()
    const change = parsed(payload)
    if (typeof change.lost === 'string') this.#tellLoss(change.lost)
    else for (const { onChange } of [...this.#listeners]) onChange(change)
  }

  #tellLoss(reason: string): void {
    for (const { onLost } of [...this.#listeners]) onLost(`PostgreSQL: ${reason}`)
  }
}

/** Calls code of others at once, in a timer or for a message: what it throws or rejects with would end the process. */
function quietly(call: () => unknown): void {
  const called = async (): Promise<unknown> => call()
  called().catch(() => undefined)
}

/** Anybody who may use the database can send to the channel, and a hint that cannot be read is none. */
function parsed(payload: string): Readonly<Record<string, unknown>> {
  try {
    const change: unknown = JSON.parse(payload)
    return typeof change === 'object' && change !== null ? (change as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
