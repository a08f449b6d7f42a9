import { expect } from 'vitest'

/** Sends a request and resolves with what came back. */
export type Send = () => Promise<string>
/** How often each answer came. */
export type Tally = Readonly<Record<string, number>>

export interface Play<Name extends string> {
  readonly attack: readonly Send[]
  /** Each sends one request in the midst of every wave of the attack. */
  readonly honest: Readonly<Record<Name, Send>>
  /** Requests of the attack that are under way at the same time; default 20. */
  readonly wave?: number
  /** Called after each wave. */
  readonly after?: () => void
}

/** The size of an attack: one that is quick, or under `npx pnpm@12 test:deep` that of the defaults. */
export function sized(quick: number, full: number): number {
  return process.env.AAUTH_RUNS === undefined ? quick : full
}

/** Plays an attack with honest callers beside, and resolves with what each of them was answered. */
export async function play<Name extends string>({
  attack,
  honest,
  wave = 20,
  after,
}: Play<Name>): Promise<Readonly<Record<Name | 'attack', Tally>>> {
  const told: Record<string, Record<string, number>> = { attack: {} }
  const note = async (who: string, send: Send): Promise<void> => {
    const verdict = await send()
    const tally = told[who] ?? {}
    told[who] = { ...tally, [verdict]: (tally[verdict] ?? 0) + 1 }
  }
  for (let at = 0; at < attack.length; at += wave) {
    const sends = attack.slice(at, at + wave).map((send) => ['attack', send] as const)
    sends.splice(Math.ceil(sends.length / 2), 0, ...(Object.entries(honest) as [never, Send][]))
    await Promise.all(sends.map(([who, send]) => note(who, send)))
    after?.()
  }
  printFigures(told)
  return told as never
}

/** One line on the console, with `AAUTH_FIGURES=1`. */
export function printFigures(figures: Readonly<Record<string, unknown>>): void {
  if (process.env.AAUTH_FIGURES === undefined) return
  const said = Object.entries(figures).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  console.log(`${expect.getState().currentTestName}: ${said.join('; ')}`)
}
