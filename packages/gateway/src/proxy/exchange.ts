import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plan } from '../settings/plan.ts'
import type { Framing } from './framing.ts'

/** A request of an agent, until its answer is complete or the agent is gone. */
export class Exchange {
  readonly plan: Plan
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly framing: Framing
  #expectsContinue: boolean
  #hasEnded = false
  #isAnswered = false
  #releaseRoom: (() => void) | undefined
  #work: (() => void)[] = []
  readonly #end: () => void

  constructor(
    plan: Plan,
    message: IncomingMessage,
    response: ServerResponse,
    framing: Framing,
    expectsContinue: boolean,
  ) {
    this.plan = plan
    this.message = message
    this.response = response
    this.framing = framing
    this.#expectsContinue = expectsContinue
    const { socket } = message
    // Nobody else hears that an agent has gone, and an error that nobody hears would end the process.
    message.on('error', () => undefined)
    response.on('error', () => undefined)
    const end = (): void => {
      this.#hasEnded = true
      response.off('close', end)
      socket.off('close', end)
      const work = this.#work
      this.#work = []
      for (const one of work) one()
      this.#releaseRoom?.()
    }
    this.#end = end
    // A response behind another one on the connection has no socket yet, and does not hear that it closes.
    response.on('close', end)
    socket.on('close', end)
  }

  get method(): string {
    return this.message.method ?? ''
  }

  /** As the agent sent it. */
  get target(): string {
    return this.message.url ?? ''
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Whether the gateway has given its own answer. */
  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** @param release gives back the room that the request takes, once it is answered or has ended */
  takeRoom(release: () => void): void {
    this.#releaseRoom = release
  }

  /**
   * To be called with an answer of the gateway. Behind earlier answers on its connection it may wait for long, and takes
   * nothing from others meanwhile.
   */
  answered(): void {
    this.#isAnswered = true
    this.#releaseRoom?.()
  }

  whenEnded(work: () => void): void {
    if (this.#hasEnded) work()
    else this.#work.push(work)
  }

  /** Tells an agent that waits for it to send the content. */
  askForContent(): void {
    if (this.#expectsContinue) this.response.writeContinue()
    this.#expectsContinue = false
  }

  /** Ends the exchange: its connection is something else from here on. */
  detach(): void {
    this.#end()
  }

  /** Closes the connection, so that the agent takes no part of an answer for the whole. */
  cut(): void {
    this.message.socket.destroy()
  }
}
