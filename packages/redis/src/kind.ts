import type { Partition } from './names.ts'

/** What a script answers. */
export type Reply = string | number | null | readonly Reply[]

/**
 * One step that the server runs as a whole. Its Lua is the body of a function of `keys` and `args`, which are those of
 * the call. It also sees `now`, the seconds of the server's clock, `restoredAt`, the second at which lost data was
 * declared complete again, or `nil`, and `publish(message)`.
 */
export interface Operation {
  readonly lua: string
  /** Whether the server runs it although its memory is full: for what frees more memory than it takes. */
  readonly allowOom?: boolean
}

/** What an operation is called with. All keys lie in the partition. */
export interface Call {
  readonly partition: Partition
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
}

/** Hears of changes that any process published. */
export interface ChangeListener {
  /** `name` and `change` are what an operation published as JSON of both in an array. */
  onChange(name: string, change: unknown): void
  onLost(hint: string): void
  onSubscribed(): void
}

/** The data of one resource, as the store of one kind uses it. */
export interface KindData<Limits> {
  readonly limits: Limits
  /** Whether the operator says that a change that was acknowledged is never lost. */
  readonly durable: boolean
  /** The partition of what belongs to an issuer. */
  partition(issuer: string): Partition
  /** Reads. All reads of one tick that concern a partition are sent together. */
  read(operation: Operation, call: Call): Promise<Reply>
  /** Writes, and is never repeated. */
  write(operation: Operation, call: Call): Promise<Reply>
  /** Writes, and waits for as many replicas as the options demand. May be repeated. */
  writeDurably(operation: Operation, call: Call): Promise<Reply>
  /** Absent if the options have no `subscribe`. */
  readonly subscribe?: (listener: ChangeListener) => () => void
}

/** How one kind of state is kept in Redis. */
export interface RedisKind<Store extends object, Limits extends object> {
  /** Those that the options leave out. */
  readonly limits: Limits
  /** Its operations that only read. */
  readonly reads: readonly Operation[]
  store(data: KindData<Limits>): Store
}

/** Whether an issuer is listed, as it is passed to Lua. */
export function flag(listed: boolean): '1' | '0' {
  return listed ? '1' : '0'
}
