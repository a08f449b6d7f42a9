import type { Call, Operation, Reply } from './kind.ts'
import type { Partition } from './names.ts'
import { readScript, type Script } from './script.ts'
import type { Server } from './server.ts'

/** Calls of one script. A long script would keep the server from answering others. */
const maxCalls = 64

interface Waiting {
  readonly operation: number
  readonly call: Call
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/** Sends all reads of one tick that concern a partition in one script, so that a request waits once. */
export class GatheredReads {
  readonly #server: Server
  readonly #operations: readonly Operation[]
  readonly #script: Script
  readonly #waiting = new Map<Partition, Waiting[]>()

  /** @param operations all that may be called */
  constructor(server: Server, operations: readonly Operation[]) {
    this.#server = server
    this.#operations = operations
    this.#script = readScript(operations)
  }

  read(operation: Operation, call: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const index = this.#operations.indexOf(operation) + 1
      const waiting = this.#waiting.get(call.partition) ?? []
      if (waiting.push({ operation: index, call, resolve, reject }) === 1) {
        this.#waiting.set(call.partition, waiting)
        queueMicrotask(() => this.#send(call.partition, waiting))
      }
      // Later calls of this tick begin the next script.
      if (waiting.length === maxCalls) this.#waiting.delete(call.partition)
    })
  }

  /** Reads nothing. @throws {StoreDataLostError} if the data of a partition is missing */
  async check(partitions: readonly Partition[]): Promise<void> {
    await Promise.all(partitions.map((partition) => this.#server.run(this.#script, partition, [], [])))
  }

  async #send(partition: Partition, waiting: readonly Waiting[]): Promise<void> {
    if (this.#waiting.get(partition) === waiting) this.#waiting.delete(partition)
    const keys = waiting.flatMap(({ call }) => call.keys)
    const args = waiting.flatMap(({ operation, call }) => [
      operation,
      call.keys.length,
      call.args.length,
      ...call.args,
    ])
    try {
      const answers = await this.#server.run(this.#script, partition, keys, args)
      if (answers.length !== waiting.length) throw new Error('the server returned too few answers')
      for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as Reply)
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}
