import { Listener } from './listener.ts'

/** Listeners that come and go. None of them can keep another from being told. */
export class ListenerSet<Told extends unknown[]> {
  readonly #name: string
  /** Replaced when it changes, so that whoever is being told of an event is not disturbed. */
  #listeners: readonly Listener<Told>[] = []

  /** @param name of the option, for warnings */
  constructor(name: string) {
    this.#name = name
  }

  get isEmpty(): boolean {
    return this.#listeners.length === 0
  }

  /** @returns a function that removes the listener */
  add(listen: ((...told: Told) => unknown) | undefined): () => void {
    if (listen === undefined) return () => undefined
    const listener = new Listener(this.#name, listen)
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  notify(...told: Told): void {
    for (const listener of this.#listeners) listener.notify(...told)
  }
}
