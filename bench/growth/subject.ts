/** Something that a resource remembers, of which a flood could make more and more. */
export interface Subject {
  /** Such as `revocations`. */
  readonly name: string
  /** How it is filled, for the reader of the table. */
  readonly how: string
  /** The largest number of entries that it can have. */
  readonly max: number
  /** Makes a resource that remembers nothing yet, with room for `size` entries and a few hundred more. */
  resource(size: number): Filling | Promise<Filling>
}

/** A resource that is being filled. */
export interface Filling {
  /** Prepares entry number `index`, and returns what enters it. */
  prepare(index: number): Entering | Promise<Entering>
  /** Called once the entries are there. */
  filled?(): void
  /** Decides a request that looks into what is remembered, and is accepted. */
  request(index: number): Promise<unknown>
  /** The look-up of such a request alone. */
  lookUp(index: number): unknown
}

/** Enters what was prepared. */
export type Entering = () => unknown

/** Enters the entries from `from` up to `to`, and tells how long each took. */
export async function enter(
  filling: Filling,
  from: number,
  to: number,
  took?: (microseconds: number) => void,
): Promise<void> {
  for (let index = from; index < to; index++) {
    const prepared = filling.prepare(index)
    const run = prepared instanceof Promise ? await prepared : prepared
    const start = process.hrtime.bigint()
    const entered = run()
    if (entered instanceof Promise) await entered
    took?.(Number(process.hrtime.bigint() - start) / 1000)
  }
}
