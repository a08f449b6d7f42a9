import type { AuditProblem } from '../options.ts'

/** Milliseconds between two warnings of one type. */
const quiet = 60_000

/** Tells the operator what is wrong, and never fails. */
export class Problems {
  readonly #listen: ((problem: AuditProblem) => unknown) | undefined
  readonly #warn: (text: string) => unknown
  readonly #warnedAt = new Map<AuditProblem['type'], number>()

  constructor(listen: ((problem: AuditProblem) => unknown) | undefined, warn: (text: string) => unknown) {
    this.#listen = listen
    this.#warn = warn
  }

  report(problem: AuditProblem): void {
    const now = performance.now()
    if (now - (this.#warnedAt.get(problem.type) ?? Number.NEGATIVE_INFINITY) >= quiet) {
      this.#warnedAt.set(problem.type, now)
      this.#warn(`aauth-guard: audit log: ${problem.message}`)
    }
    try {
      const result = this.#listen?.(Object.freeze(problem))
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    this.#warn(`aauth-guard: "onProblem" of the audit log failed: ${messageOf(error)}`)
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
