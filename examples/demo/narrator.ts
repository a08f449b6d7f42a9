import { STATUS_CODES } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { type Colour, type Paint, wrap } from './paint.ts'
import type { Act, Facts, Outcome, Step } from './play.ts'
import { abbreviate } from './tokens.ts'

const width = 96
/** For lines that begin a further request, say what is in the token above, or are one of several. */
const margins: Readonly<Record<string, string>> = {
  '→ ': '    → ',
  '= ': '        = ',
  '· ': '        · ',
}

/** Tells a story step by step while it happens, and stops at the first step that does not go as expected. */
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
        const failure = `Step ${this.count} "${step.who}" did not go as expected: ${fault}`
        this.print('')
        this.say('  ✗ ', failure, 'red')
        return failure
      }
    }
    this.print('')
    this.say('  ✓ ', `${this.count} steps, all of them as expected.`, 'green')
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
    this.sayAll('    → ', outcome.sent, 'cyan')
    this.sayFacts(outcome.facts)
    for (const line of outcome.aside ?? []) this.say('      ', line)
    for (const line of outcome.log ?? []) this.say('      API’s own log: ', line, 'dim')
    const differences = differ(step.told, outcome.facts)
    if (differences.length > 0) return differences.join('; ')
    this.say('    ✓ ', step.because, 'dim', 'green')
    return undefined
  }

  private sayFacts({ status, error, ...rest }: Facts): void {
    const lines = Object.entries(rest).flatMap(([name, value]) => [
      `${name}: ${Array.isArray(value) ? '' : show(value)}`.trimEnd(),
      ...(Array.isArray(value) ? value.map((one) => `· ${show(one)}`) : []),
    ])
    if (status !== undefined) lines.unshift(`${status} ${error ?? STATUS_CODES[status as number]}`)
    this.sayAll('    ← ', lines, error === undefined ? 'green' : 'yellow')
  }

  private sayAll(first: string, lines: readonly string[], colour: Colour): void {
    for (const [index, line] of lines.entries()) {
      const margin = margins[line.slice(0, 2)]
      if (index === 0) this.say(first, line, colour)
      else if (margin === undefined) this.say('      ', line, colour)
      else this.say(margin, line.slice(2), colour)
    }
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
    .map((name) => `${name} was ${show(found[name])}, expected was ${show(told[name])}`)
}

function show(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.join(', ')
  return abbreviate(JSON.stringify(value, null, 1)?.replace(/\n */g, ' ') ?? 'nothing')
}
