/** Milliseconds. Every second tick is a second. */
const tick = 500
/** Milliseconds. Whoever heard a message so recently, from whatever process, does not need one of its own. */
const recent = 500
/** So many messages that were sent and not heard mean that others are lost as well. */
const maxUnheard = 2
/** Maximum number of messages that are being sent, since a server that does not answer holds each of them. */
const maxSending = 5

/** What a heartbeat drives. */
export interface HeartbeatTarget {
  /** Sends a message to the channel that this process listens to. */
  send(): Promise<void>
  /** Called once the loss is noticed, and then once a second for as long as it lasts. */
  onLost(reason: string): void
  /** Called with the first message, and with the first one after a loss. */
  onSubscribed(): void
}

/**
 * Notices that messages do not arrive. A database that was stopped raises no error, nor does a connection whose other end
 * is gone, so only a message that arrives proves anything. Until the first one the subscription counts as lost.
 *
 * A process sends a message each second in which it heard none for half a second. As all processes hear it, the whole
 * fleet sends about two messages a second.
 */
export class Heartbeat {
  readonly #target: HeartbeatTarget
  readonly #timer: NodeJS.Timeout
  #ticks = 0
  #lostBecause: string | undefined = 'no message has arrived'
  #heardAt = Number.NEGATIVE_INFINITY
  #isAwaiting = false
  #unheard = 0
  #sending = 0

  constructor(target: HeartbeatTarget) {
    this.#target = target
    this.#timer = setInterval(() => this.#tick(), tick).unref()
    this.#send()
  }

  /** To be called with each message. */
  heard(): void {
    this.#heardAt = performance.now()
    this.#isAwaiting = false
    this.#unheard = 0
    if (this.#lostBecause === undefined) return
    this.#lostBecause = undefined
    this.#target.onSubscribed()
  }

  /** To be called when the subscription has failed. */
  lost(reason: string): void {
    const isKnown = this.#lostBecause !== undefined
    this.#lostBecause = reason
    if (!isKnown) this.#target.onLost(reason)
  }

  /** Whether messages arrive. */
  get isHeard(): boolean {
    return this.#lostBecause === undefined
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    this.#ticks += 1
    const isSecond = this.#ticks % 2 === 0
    if (this.#lostBecause !== undefined) {
      this.#send()
      if (isSecond) this.#target.onLost(this.#lostBecause)
    } else if (isSecond) this.#check()
  }

  #check(): void {
    if (this.#isAwaiting) this.#unheard += 1
    this.#isAwaiting = performance.now() - this.#heardAt >= recent
    if (this.#isAwaiting) this.#send()
    if (this.#unheard >= maxUnheard)
      this.lost(`${this.#unheard} messages that this process sent to itself did not arrive`)
  }

  #send(): void {
    if (this.#sending >= maxSending) return
    this.#sending += 1
    const sent = (): void => {
      this.#sending -= 1
    }
    // One that could not be sent is not heard either.
    this.#target.send().then(sent, sent)
  }
}
