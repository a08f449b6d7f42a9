import { quoted } from '../settings/quoted.ts'

/** What the gateway itself refused, or what failed behind it. */
export interface LoggedRefusal {
  readonly code: string
  /** For the operator. */
  readonly hint: string
  readonly method?: string
  readonly path?: string
  readonly route?: string | undefined
}

/** As `log` of a configuration: a line for each, one a minute, or none. */
export type RefusalLogMode = 'console' | 'summary' | 'off'

const minute = 60_000
const longestHint = 2_000

/**
 * Writes what the gateway itself refuses. Anybody on the network can cause that as often as they like, so that in
 * production there is one line a minute, and no line is longer than what an operator reads.
 */
export class RefusalLog {
  readonly #say: (line: string) => void
  readonly #mode: () => RefusalLogMode
  /** By code: how many there were in this minute, and the line of the latest. */
  readonly #summed = new Map<string, { count: number; line: string }>()
  #timer: NodeJS.Timeout | undefined

  /** @param mode read for each refusal */
  constructor(mode: () => RefusalLogMode, say: (line: string) => void) {
    this.#mode = mode
    this.#say = say
  }

  report(refused: LoggedRefusal): void {
    const mode = this.#mode()
    const line = lineOf(refused)
    // A fault of the gateway itself is always worth a line.
    if (mode === 'console' || refused.code === 'server_error') this.#say(line)
    else if (mode === 'summary') this.#add(refused.code, line)
  }

  /** Writes what there is, and stops. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#summed.size === 0) return
    const counts = [...this.#summed].map(([code, { count, line }]) => `${count} ${code}, such as: ${line}`)
    this.#summed.clear()
    this.#say(`refused by the gateway in the last minute: ${counts.join('; ')}`)
  }

  #add(code: string, line: string): void {
    const known = this.#summed.get(code)
    this.#summed.set(code, { count: (known?.count ?? 0) + 1, line })
    this.#timer ??= setTimeout(() => this.close(), minute).unref()
  }
}

function lineOf({ code, hint, method, path, route }: LoggedRefusal): string {
  const what = method === undefined ? '' : `${cut(method, 32)} ${quoted(path ?? '')}`
  const where = route === undefined ? '' : ` (${route})`
  return `${what}${where}${what === '' ? '' : ': '}${code}, ${cut(hint, longestHint)}`
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** As core chooses `log`. */
export function usualLogMode(
  issuer: string,
  env: Readonly<Record<string, string | undefined>>,
): RefusalLogMode {
  const isDevelopment = (env.AAUTH_DEV ?? '') !== '' || issuer.startsWith('http://')
  return isDevelopment || (process.stderr.isTTY && env.NODE_ENV !== 'production') ? 'console' : 'summary'
}
