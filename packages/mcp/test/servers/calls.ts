import type { Resource } from '@aauth-guard/core'

/** What the tools of a server did and wait for. */
export class Calls {
  readonly resource: Resource
  readonly made: string[] = []
  /** The identities with which tools were called. */
  readonly clients: unknown[] = []
  /** The header fields that tools were shown. */
  readonly headers: string[][] = []
  #release: () => void = () => undefined
  /** Resolves when `release` is called. */
  readonly released: Promise<void>
  /** Resolves when `notes.watch` has been told that nobody waits for it any more. */
  readonly cancelled: Promise<void>
  #cancel: () => void = () => undefined

  /** Resolves when `notes.watch` was called. */
  readonly watched: Promise<void>
  #watch: () => void = () => undefined

  /** Resolves when `notes.ask` has its answer. */
  readonly answered: Promise<void>
  #answer: () => void = () => undefined

  constructor(resource: Resource) {
    this.resource = resource
    this.released = new Promise((resolve) => {
      this.#release = resolve
    })
    this.answered = new Promise((resolve) => {
      this.#answer = resolve
    })
    this.watched = new Promise((resolve) => {
      this.#watch = resolve
    })
    this.cancelled = new Promise((resolve) => {
      this.#cancel = resolve
    })
  }

  release(): void {
    this.#release()
  }

  answer(): void {
    this.#answer()
  }

  watch(): void {
    this.#watch()
  }

  cancel(): void {
    this.#cancel()
  }
}
