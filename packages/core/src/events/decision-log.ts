import type { DecisionEvent } from './decision-event.ts'
import { Listener } from './listener.ts'
import type { Logger } from './logger.ts'

const maxPerSecond = 20
const longest = 128

const levels: Readonly<Record<DecisionEvent['outcome'], keyof Logger>> = {
  accepted: 'debug',
  challenged: 'debug',
  refused: 'info',
  failed: 'warn',
}

/**
 * One line for each decision, for people: what was called, by whom, what was wrong and what to do. It holds no query,
 * token, signature, key or person. Of more than twenty in a second the others are counted.
 */
export class DecisionLog {
  readonly #logger: Listener<[keyof Logger, string]>
  #second = 0
  #written = 0
  readonly #others = new Map<string, number>()

  constructor(logger: Logger) {
    this.#logger = new Listener('log', (level, line) => logger[level](line))
  }

  /** @param detail of the answer, where the event has no hint */
  decided(event: DecisionEvent, detail: string | undefined): void {
    const second = Math.floor(event.time / 1000)
    if (second !== this.#second) this.#begin(second)
    if (this.#written === maxPerSecond) {
      const name = event.code ?? event.outcome
      this.#others.set(name, (this.#others.get(name) ?? 0) + 1)
      return
    }
    this.#written += 1
    this.#logger.notify(levels[event.outcome], lineOf(event, detail))
  }

  #begin(second: number): void {
    this.#second = second
    this.#written = 0
    if (this.#others.size === 0) return
    this.#logger.notify('info', `aauth-guard: and in the same second ${counted(this.#others)}`)
    this.#others.clear()
  }
}

function lineOf(event: DecisionEvent, detail: string | undefined): string {
  const { outcome, point, method, path, status, code, hint, requirement, kind, scheme } = event
  const issuer = event.issuer ?? event.claimed?.issuer
  const agent = event.agent ?? event.claimed?.agent
  const facts = [
    // What a guard accepted is decided again where content, a grant or a step-up follows.
    point !== 'guard' && `decided for its ${point}`,
    requirement !== undefined && `route ${plain(requirement)}`,
    kind,
    scheme !== undefined && `credential ${plain(scheme)}`,
    issuer !== undefined && `issuer ${plain(issuer)}`,
    agent !== undefined && `agent ${plain(agent)}`,
  ].filter((fact) => typeof fact === 'string')
  const why = outcome === 'accepted' ? '' : ` with ${status} ${code}: ${remedy(event, hint ?? detail ?? '')}`
  const about = facts.length === 0 ? '' : ` (${facts.join(', ')})`
  return `aauth-guard: ${outcome} ${plain(method)} ${plain(path)}${why}${about}`
}

function remedy({ outcome }: DecisionEvent, text: string): string {
  if (outcome !== 'challenged') return text
  return `${text.endsWith('.') ? text.slice(0, -1) : text}; this is the normal way in`
}

/** How often each came, most often first. */
export function counted(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${count} × ${name}`)
    .join(', ')
}

/** Foreign text that cannot forge, reorder or end a line. */
function plain(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(/[^\x20-\x7e…]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
