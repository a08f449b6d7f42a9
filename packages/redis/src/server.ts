import { StoreDataLostError } from './errors.ts'
import type { Call, Operation, Reply } from './kind.ts'
import type { Partition } from './names.ts'
import type { Settings } from './options.ts'
import { type Script, writeScript } from './script.ts'

/** Milliseconds for which replicas are waited for, within the 500 ms that a call of a store may take. */
const replicaDeadline = 400

/** Runs scripts on the server. */
export class Server {
  readonly #settings: Settings
  readonly #channel: string
  readonly #scripts = new Map<Operation, Script>()

  /** @param channel where changes are published */
  constructor(settings: Settings, channel: string) {
    this.#settings = settings
    this.#channel = channel
  }

  /** Runs an operation. A call is not repeated, since nobody knows whether one whose reply was lost was run. */
  async write(operation: Operation, { partition, keys, args }: Call): Promise<Reply> {
    const script = this.#scripts.get(operation) ?? writeScript(operation)
    this.#scripts.set(operation, script)
    const [answer = null] = await this.run(script, partition, keys, args)
    return answer
  }

  /** @throws {Error} if too few replicas have received the change in time, which may then still be kept */
  async writeDurably(operation: Operation, call: Call): Promise<Reply> {
    const answer = await this.write(operation, call)
    await this.awaitReplicas(call.partition)
    return answer
  }

  /** Waits until replicas have received what was written before. @throws {Error} if too few have in time */
  async awaitReplicas(partition: Partition): Promise<void> {
    const { replicas } = this.#settings
    if (replicas === 0) return
    const reached = Number(await this.send(['WAIT', `${replicas}`, `${replicaDeadline}`], partition))
    // Not a number is too few as well.
    if (reached >= replicas) return
    throw new Error(
      `only ${reached} of ${replicas} replicas received the change within ${replicaDeadline} ms`,
    )
  }

  /** What the script returns after its first value. @throws {StoreDataLostError} if the marker is missing */
  async run(
    script: Script,
    partition: Partition,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<readonly Reply[]> {
    const { partitions, whenEmpty } = this.#settings
    const general = [`${partitions}`, whenEmpty, this.#channel]
    const reply = await this.evaluate(script, partition, keys, [...general, ...args])
    const [state, ...answers] = Array.isArray(reply) ? (reply as readonly Reply[]) : []
    if (state === 'done') return answers
    if (state === 'lost') throw new StoreDataLostError(lost(partition, partitions))
    if (state === 'partitions')
      throw new Error(`"partitions" is ${partitions}, but the data has ${answers[0]}: write ${answers[0]}`)
    throw new Error('the server returned a reply that its script does not return')
  }

  /** Runs any script whose first key is the marker. */
  async evaluate(
    { text, sha }: Script,
    partition: Partition,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const rest = [`${keys.length + 1}`, partition.marker, ...keys, ...args.map(String)]
    try {
      return await this.send(['EVALSHA', sha, ...rest], partition)
    } catch (error) {
      // The server does not have the script, so it has not run it.
      if (!isMissingScript(error)) throw error
      return this.send(['EVAL', text, ...rest], partition)
    }
  }

  /** Seconds of the server's clock. */
  async now(partition: Partition): Promise<number> {
    const time = await this.send(['TIME'], partition)
    const [seconds, microseconds] = Array.isArray(time) ? time.map(Number) : []
    return (seconds ?? Number.NaN) + (microseconds ?? Number.NaN) / 1_000_000
  }

  /** Sends a command to the server of a partition. */
  async send(args: string[], partition: Partition): Promise<unknown> {
    return this.#settings.send(args, partition.marker)
  }
}

function isMissingScript(error: unknown): boolean {
  return error instanceof Error && error.message.includes('NOSCRIPT')
}

function lost({ index }: Partition, partitions: number): string {
  const which = partitions === 1 ? '' : ` of partition ${index} of ${partitions}`
  return (
    `the data${which} is missing: check that "issuer", "prefix" and "partitions" are those of the other processes; ` +
    'run prepare() once if the data is new, or prepare({ afterLoss: true }) if it was lost'
  )
}
