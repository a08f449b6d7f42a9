import type { Database } from './database.ts'

/** Maximum number of questions in one statement. */
const maxQuestions = 500

interface Asked {
  readonly name: string
  readonly question: unknown
  readonly resolve: (answer: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** Gathers what is asked in one go into one statement, so that a request waits once for all its stores. */
export class QuestionBatch {
  readonly #database: Database
  #asked: Asked[] = []

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Asks a function of the migration.
   * @param name a function that takes an array of questions and returns an array of answers
   */
  ask(name: string, question: unknown): Promise<unknown> {
    if (this.#asked.length === 0) queueMicrotask(() => this.#sendAll())
    return new Promise((resolve, reject) => {
      this.#asked.push({ name, question, resolve, reject })
    })
  }

  #sendAll(): void {
    const asked = this.#asked
    this.#asked = []
    for (let i = 0; i < asked.length; i += maxQuestions) void this.#send(asked.slice(i, i + maxQuestions))
  }

  async #send(asked: readonly Asked[]): Promise<void> {
    const byName = new Map<string, Asked[]>()
    for (const one of asked) {
      const group = byName.get(one.name) ?? []
      group.push(one)
      byName.set(one.name, group)
    }
    try {
      const calls = [...byName].map(([name, group]) => [name, group.map(({ question }) => question)] as const)
      const answers = await this.#database.callAll(calls)
      for (const [index, group] of [...byName.values()].entries()) {
        const groupAnswers = answers[index] as readonly unknown[]
        for (const [place, { resolve }] of group.entries()) resolve(groupAnswers[place])
      }
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
  }
}
