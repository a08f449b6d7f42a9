/** Measures how long the stages of one decision take. */
export class StageTimes {
  readonly #startedAt = performance.now()
  #lastAt = this.#startedAt
  // A field for each stage: an object that gets members by name costs more than what it measures.
  #read: number | undefined
  #verify: number | undefined
  #mission: number | undefined
  #requirement: number | undefined

  /** Ends a stage and begins the next one. */
  end(stage: 'read' | 'verify' | 'mission' | 'requirement'): void {
    const now = performance.now()
    const duration = now - this.#lastAt
    this.#lastAt = now
    if (stage === 'read') this.#read = duration
    else if (stage === 'verify') this.#verify = duration
    else if (stage === 'mission') this.#mission = duration
    else this.#requirement = duration
  }

  /** Milliseconds by stage, and in total. */
  measured(): Readonly<Record<string, number>> {
    const stages: { read?: number; verify?: number; mission?: number; requirement?: number; total?: number } =
      {}
    if (this.#read !== undefined) stages.read = this.#read
    if (this.#verify !== undefined) stages.verify = this.#verify
    if (this.#mission !== undefined) stages.mission = this.#mission
    if (this.#requirement !== undefined) stages.requirement = this.#requirement
    stages.total = performance.now() - this.#startedAt
    return Object.freeze(stages)
  }
}
