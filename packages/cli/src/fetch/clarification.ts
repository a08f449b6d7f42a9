import { UsageError } from '../command.ts'
import { readLine } from '../terminal/read-line.ts'
import { withoutTokens } from '../terminal/secrets.ts'
import { shown } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { FetchFailure } from './failure.ts'
import { readJsonObject } from './read-json.ts'
import type { Received } from './send.ts'
import { longestWaits, type TimeLimits } from './time-limits.ts'

/** Rounds of questions and answers in one run (draft 11 §7.5). */
const maxQuestions = 5
/** Octets of the content that holds an answer. */
const maxContent = 4096
const maxOptions = 10

export interface ClarificationOptions {
  readonly terminal: Terminal
  readonly limits: TimeLimits
  /** `--answer`, in order. */
  readonly answers: readonly string[]
  /** Whether the content of the request came from stdin. */
  readonly usesStdin: boolean
}

/** Answers questions that a person asks about the request while it waits (draft 11 §7.5). */
export class Clarification {
  readonly #options: ClarificationOptions
  readonly #answers: string[]
  #questions = 0
  /** The question that the person at the terminal did not want to answer. */
  #leftOpen: string | undefined

  constructor(options: ClarificationOptions) {
    this.#options = options
    this.#answers = [...options.answers]
  }

  /** Whether a question can be answered: then the command lists the capability `clarification`. */
  get isPossible(): boolean {
    return this.#answers.length > 0 || this.#canAsk
  }

  /**
   * The content of an answer; `undefined` where the question is left open.
   * @throws {FetchFailure} for a question that nobody can answer, and after five of them
   */
  async answer(received: Received): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { origin } = received.url
    const { clarification: question, options, timeout } = readJsonObject(received)
    if (typeof question !== 'string' || question === '')
      throw new FetchFailure(`${origin} asks a question that it does not tell`)
    if (question === this.#leftOpen) return undefined
    if (++this.#questions > maxQuestions)
      throw new FetchFailure(`${origin} asks more than ${maxQuestions} questions`)
    const { terminal } = this.#options
    terminal.say(`${origin} asks the agent: ${foreign(question, 2048)}`)
    const choices = Array.isArray(options) ? options.filter((one) => typeof one === 'string') : []
    for (const choice of choices.slice(0, maxOptions)) terminal.say(`  - ${foreign(choice, 256)}`)
    const answer = this.#answers.shift() ?? (await this.#askAtTerminal(origin, timeout))
    this.#leftOpen = answer === undefined ? question : undefined
    if (answer === undefined) return undefined
    terminal.say(`Answered: ${foreign(answer, 256)}`)
    return contentOf(answer)
  }

  get #canAsk(): boolean {
    const { terminal, usesStdin } = this.#options
    return terminal.isInteractive && !usesStdin
  }

  async #askAtTerminal(origin: string, timeout: unknown): Promise<string | undefined> {
    const { terminal, limits } = this.#options
    if (!this.#canAsk)
      throw new FetchFailure(
        `${origin} asks a question, and nobody is here to answer it`,
        'call from a terminal, or write the answer behind --answer',
      )
    const seconds = typeof timeout === 'number' && timeout > 0 ? timeout : longestWaits
    terminal.say('Type an answer that it may read, or press only Enter to leave the question open:')
    const line = await limits.forPerson(seconds, async (signal) => {
      for (;;) {
        const typed = (await readLine(terminal.stdin, signal))?.trim()
        if (typed === undefined || fits(typed)) return typed
        terminal.say('That is too long: write less.')
      }
    })
    return line === '' ? undefined : line
  }
}

/** @throws {UsageError} for answers of `--answer` that cannot be sent */
export function checkAnswers(answers: readonly string[]): readonly string[] {
  if (answers.some((answer) => answer.trim() === ''))
    throw new UsageError('--answer is empty: write the text that the API may read')
  if (!answers.every(fits))
    throw new UsageError(`--answer is too long: write less than ${maxContent - 100} octets`)
  return answers
}

function contentOf(answer: string): Uint8Array<ArrayBuffer> {
  const members = { action: 'clarification_response', clarification_response: answer }
  return new TextEncoder().encode(JSON.stringify(members))
}

function fits(answer: string): boolean {
  return contentOf(answer).length <= maxContent
}

function foreign(text: string, most: number): string {
  return withoutTokens(shown(text, most))
}
