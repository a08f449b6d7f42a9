/** Measures how long the stages of one decision take. */
export class StageTimes {
  readonly #startedAt = performance.now()
  #lastAt = this.#startedAt
  readonly #stages: Record<string, number> = {}

  /** Ends a stage and begins the next one. */
  end(stage: 'read' | 'verify' | 'mission' | 'requirement'): void {
    const now = performance.now()
    this.#stages[stage] = now - this.#lastAt
    this.#lastAt = now
  }

  /** Milliseconds by stage, and in total. */
  measured(): Readonly<Record<string, number>> {
    return Object.freeze({ ...this.#stages, total: performance.now() - this.#startedAt })
  }
}
