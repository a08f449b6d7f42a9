import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Milliseconds for which answers are held back, so that what is sent before them is seen to be sent before them. */
const hold = 25

/** A proxy before a server that counts how often a client waits: everything it sends before any answer is one wait. */
export class CountingProxy {
  readonly #server
  readonly #sockets = new Set<Socket>()
  #waits = 0
  #isWaiting = false

  private constructor(port: number) {
    this.#server = createServer((client) => this.#connect(client, connect(port, '127.0.0.1')))
  }

  static async start(port: number): Promise<CountingProxy> {
    const proxy = new CountingProxy(port)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The waits of some work. */
  async count(work: () => Promise<unknown>): Promise<number> {
    this.#waits = 0
    this.#isWaiting = false
    await work()
    return this.#waits
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #connect(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.on('data', (sent) => {
      if (!this.#isWaiting) this.#waits += 1
      this.#isWaiting = true
      server.write(sent)
    })
    server.on('data', (answer) =>
      setTimeout(() => {
        this.#isWaiting = false
        client.write(answer)
      }, hold),
    )
  }
}
