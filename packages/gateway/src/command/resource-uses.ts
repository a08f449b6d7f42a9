import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Resource } from '@aauth-guard/core'

/** Which resources requests and tunnels still use, so that one that was replaced is closed after the last of them. */
export class ResourceUses {
  readonly #uses = new Map<Resource, number>()
  readonly #retired = new Map<Resource, () => void>()

  /** Counts what a server is asked. @param current the resource in force, when a request begins */
  watch(server: Server, current: () => Resource): void {
    const hold = (ending: { once(event: 'close', listener: () => void): unknown }): void => {
      const release = this.hold(current())
      ending.once('close', release)
    }
    // Before the listeners that decide, so that both see the same plan.
    server.prependListener('request', (_, response) => hold(response))
    server.prependListener('checkContinue', (_, response) => hold(response))
    server.prependListener('upgrade', (_, socket: Duplex) => hold(socket))
  }

  /** Calls back once nothing uses the resource any more, which may be at once. */
  retire(resource: Resource, close: () => void): void {
    if (this.#uses.has(resource)) this.#retired.set(resource, close)
    else close()
  }

  /** Counts one use. @returns to be called once, when it has ended */
  hold(resource: Resource): () => void {
    this.#uses.set(resource, (this.#uses.get(resource) ?? 0) + 1)
    return () => {
      const left = (this.#uses.get(resource) ?? 1) - 1
      if (left > 0) this.#uses.set(resource, left)
      else {
        this.#uses.delete(resource)
        this.#retired.get(resource)?.()
        this.#retired.delete(resource)
      }
    }
  }
}
