/** How long the stages of one decision took. */
export class StageTimes {
  readonly #startedAt = performance.now()
  #lastAt = this.#startedAt
  readonly #stages: Record<string, number> = {}

  /** A stage ends, and the next one begins. */
  end(stage: 'read' | 'verify' | 'mission' | 'requirement'): void {
    const now = performance.now()
    this.#stages[stage] = now - this.#lastAt
    this.#lastAt = now
  }

  /** Milliseconds by stage, and of all together. */
  measured(): Readonly<Record<string, number>> {
    return Object.freeze({ ...this.#stages, total: performance.now() - this.#startedAt })
  }
}
