import type { Outcome } from './play.ts'

/** What the fleet did, as `--json` prints it. */
export interface Report extends Omit<Outcome, 'late'> {
  readonly store: 'redis' | 'postgres'
  readonly processes: number
  readonly missions: number
  /** Terminations that were acknowledged. */
  readonly terminations: number
  /** Milliseconds from the acknowledgement of a termination to the last acceptance after it. */
  readonly medianMs: number
  readonly worstMs: number
  /** How often a request waits for the stores. */
  readonly waits: { readonly get: number; readonly post: number }
  /** How often the processes asked the person server about missions. */
  readonly questions: number
  /** Number of processes → requests per second. */
  readonly requestsPerSecond: Readonly<Record<string, number>>
}

/** Milliseconds after which the 503s must have ended once the server of the state is back. */
const maxRecovery = 2000

interface Promised {
  readonly text: string
  readonly isKept: boolean
}

function promises(report: Report): readonly Promised[] {
  const { worstMs, medianMs, livingRefused, acceptedTwice, recoveryMs, unavailable, answers, waits } = report
  return [
    {
      text: `last acceptance after a termination was acknowledged: ${worstMs} ms at worst, ${medianMs} ms in the middle`,
      isKept: worstMs <= 1000,
    },
    { text: `callers under living missions refused: ${livingRefused}`, isKept: livingRefused === 0 },
    { text: `signatures accepted twice: ${acceptedTwice}`, isKept: acceptedTwice === 0 },
    {
      text: `503 while the server was away: ${unavailable} of ${answers} answers, over ${recoveryMs} ms after its return`,
      isKept: recoveryMs <= maxRecovery,
    },
    {
      text: `waits for the stores: ${waits.get} of a GET, ${waits.post} of a POST`,
      isKept: waits.get <= 1 && waits.post <= 2,
    },
  ]
}

export function isKept(report: Report): boolean {
  return promises(report).every((promise) => promise.isKept)
}

export function print(report: Report): void {
  const { processes, missions, store, terminations, repeated, questions, requestsPerSecond } = report
  console.log(`${processes} processes, ${missions} missions, state in ${store}`)
  console.log(
    `${terminations} terminations, ${repeated} of which had to be repeated while the server was away`,
  )
  for (const { text, isKept } of promises(report)) console.log(`${isKept ? '✓' : '✗'} ${text}`)
  console.log(`The person server was asked ${questions} times about ${missions} missions.`)
  for (const [size, rate] of Object.entries(requestsPerSecond))
    console.log(`${size} processes: ${rate} requests/s`)
}
