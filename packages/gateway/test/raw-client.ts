import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A connection of an agent, octet by octet. */
export class RawClient {
  readonly socket: Socket
  received = ''
  isClosed = false
  #changed: (() => void)[] = []

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('latin1')
    const change = (): void => {
      const waiting = this.#changed
      this.#changed = []
      for (const resolve of waiting) resolve()
    }
    this.socket.on('data', (text: string) => {
      this.received += text
      change()
    })
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.isClosed = true
      change()
    })
    onTestFinished(() => void this.socket.destroy())
  }

  write(text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** Resolves once something holds. */
  async until(holds: () => boolean): Promise<this> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve))
    return this
  }

  /** Resolves with everything that was received when the connection is closed. */
  async closed(): Promise<string> {
    await this.until(() => this.isClosed)
    return this.received
  }

  /** Resolves once so many answers have begun. */
  answers(count: number): Promise<this> {
    return this.until(() => statusesOf(this.received).length >= count || this.isClosed)
  }
}

/** Sends octets and resolves with what comes back until the connection is closed. */
export function exchange(port: number, text: string): Promise<string> {
  return new RawClient(port).write(text).closed()
}

/** The status codes of the answers on a connection, in order. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}
