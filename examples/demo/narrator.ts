import { STATUS_CODES } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { type Colour, type Paint, wrap } from './paint.ts'
import type { Act, Facts, Outcome, Step } from './play.ts'
import { abbreviate } from './send.ts'

const width = 96

/** Tells a story step by step while it happens, and stops at the first step that does not go as told. */
export class Narrator {
  private count = 0
  private readonly print: (line: string) => void
  private readonly paint: Paint

  constructor(print: (line: string) => void, paint: Paint) {
    this.print = print
    this.paint = paint
  }

  /** @returns what went otherwise than told, or `undefined` */
  async tell(prologue: readonly string[], acts: readonly Act[]): Promise<string | undefined> {
    for (const paragraph of prologue) {
      this.print('')
      this.say('  ', paragraph)
    }
    for (const [index, { title, intro, steps }] of acts.entries()) {
      this.print('')
      this.print('')
      this.say('  ', `Act ${index + 1} · ${title}`, 'bold')
      this.say('  ', intro, 'dim')
      for (const step of steps) {
        const fault = await this.act(step)
        if (fault === undefined) continue
        const failure = `Step ${this.count} "${step.who}" did not go as told: ${fault}`
        this.print('')
        this.say('  ✗ ', failure, 'red')
        return failure
      }
    }
    this.print('')
    this.say('  ✓ ', `${this.count} steps, all of them as told.`, 'green')
    return undefined
  }

  private async act(step: Step): Promise<string | undefined> {
    this.count += 1
    this.print('')
    this.say(`${String(this.count).padStart(3)} `, step.who, 'bold')
    let outcome: Outcome
    try {
      outcome = await step.play()
    } catch (error) {
      return String(error)
    }
    for (const [index, line] of outcome.sent.entries())
      this.say(index === 0 ? '    → ' : '      ', line, 'cyan')
    this.sayFacts(outcome.facts)
    for (const line of outcome.log ?? []) this.say('      API’s own log: ', line, 'dim')
    const differences = differ(step.told, outcome.facts)
    if (differences.length > 0) return differences.join('; ')
    this.say('    ✓ ', step.because, 'dim', 'green')
    return undefined
  }

  private sayFacts({ status, error, ...rest }: Facts): void {
    const lines = Object.entries(rest).map(([name, value]) => `${name}: ${show(value)}`)
    if (status !== undefined) lines.unshift(`${status} ${error ?? STATUS_CODES[status as number]}`)
    const colour = error === undefined ? 'green' : 'yellow'
    for (const [index, line] of lines.entries()) this.say(index === 0 ? '    ← ' : '      ', line, colour)
  }

  private say(prefix: string, text: string, colour?: Colour, mark = colour): void {
    const painted = (colour: Colour | undefined, part: string): string =>
      colour === undefined ? part : this.paint(colour, part)
    for (const [index, line] of wrap(text, width - prefix.length).entries()) {
      const start = index === 0 ? painted(mark, prefix) : ' '.repeat(prefix.length)
      this.print(`${start}${painted(colour, line)}`)
    }
  }
}

function differ(told: Facts, found: Facts): string[] {
  return [...new Set([...Object.keys(told), ...Object.keys(found)])]
    .filter((name) => !isDeepStrictEqual(told[name], found[name]))
    .map((name) => `${name} was ${show(found[name])}, told was ${show(told[name])}`)
}

function show(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.join(', ')
  return abbreviate(JSON.stringify(value, null, 1)?.replace(/\n */g, ' ') ?? 'nothing')
}
