/** A call that did not succeed: exit code 1. Neither text holds foreign characters that were not escaped. */
export class FetchFailure extends Error {
  override readonly name = 'FetchFailure'
  /** What the person at the terminal can do. */
  readonly remedy: string | undefined

  constructor(message: string, remedy?: string) {
    super(message)
    this.remedy = remedy
  }
}
