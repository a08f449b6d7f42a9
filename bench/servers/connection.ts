import { connect, type Socket } from 'node:net'

/** A status that a server must not answer with here, or an answer that cannot be read. */
export class WrongAnswerError extends Error {}

/**
 * One connection that sends requests that are octets already, one at a time. It reads of an answer the status and
 * `Content-Length`, so that the load costs less than what it loads.
 */
export class Connection {
  readonly #socket: Socket
  readonly #answered: (status: number) => void
  readonly #failed: (error: Error) => void
  #read: Buffer = Buffer.alloc(0)
  /** Octets of the content that are still to come. */
  #left = 0
  #status = 0
  #isClosed = false

  private constructor(socket: Socket, answered: (status: number) => void, failed: (error: Error) => void) {
    this.#socket = socket
    this.#answered = answered
    this.#failed = failed
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new WrongAnswerError('the server closed the connection')))
  }

  /** @param answered is told the status of each answer, @param failed of what ends the connection */
  static async open(
    port: number,
    answered: (status: number) => void,
    failed: (error: Error) => void,
  ): Promise<Connection> {
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new Connection(socket, answered, failed)
  }

  send(request: Buffer): void {
    this.#socket.write(request)
  }

  close(): void {
    this.#isClosed = true
    this.#socket.destroy()
  }

  #hear(chunk: Buffer): void {
    if (this.#left > 0) this.#readContent(chunk.length)
    else this.#readHead(chunk)
  }

  #readHead(chunk: Buffer): void {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk])
    const end = this.#read.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#read.toString('latin1', 0, end)
    const length = /\r\ncontent-length: ?(\d+)/i.exec(head)?.[1]
    if (!head.startsWith('HTTP/1.1 ') || length === undefined) {
      this.#fail(new WrongAnswerError(`the answer has no length: ${head}`))
      return
    }
    this.#status = Number(head.slice(9, 12))
    this.#left = Number(length)
    const content = this.#read.length - end - 4
    this.#read = Buffer.alloc(0)
    this.#readContent(content)
  }

  #readContent(octets: number): void {
    this.#left -= octets
    if (this.#left < 0) this.#fail(new WrongAnswerError('the server sent more than one answer'))
    else if (this.#left === 0) this.#answered(this.#status)
  }

  #fail(error: Error): void {
    if (this.#isClosed) return
    this.close()
    this.#failed(error)
  }
}
