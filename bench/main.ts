/**
 * Measures the verifier against the raw primitive in the same run: `npx pnpm@12 bench`. The cases take turns, so
 * that whatever else the machine does disturbs all of them alike; what counts are the ratios.
 */
import { cpus } from 'node:os'
import { makeCases } from './cases.ts'
import { type Case, median, timeCase } from './measure.ts'

const rounds = 12
const perRound = 400

console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores\n`)
for (const alg of ['Ed25519', 'ES256'] as const) {
  const cases = await makeCases(alg)
  let used = 0
  for (const inFlight of [1, 16]) {
    const figures = new Map<Case, number[]>(cases.map((one) => [one, []]))
    for (let round = -3; round < rounds; round++) {
      for (const one of cases) {
        const from = one.usesUp === undefined ? 0 : used
        if (one.usesUp !== undefined) used = (used + perRound) % one.usesUp
        const time = await timeCase(one, from, perRound, inFlight)
        if (round >= 0) figures.get(one)?.push(time)
      }
    }
    report(alg, inFlight, cases, figures)
  }
}

function report(
  alg: string,
  inFlight: number,
  cases: readonly Case[],
  figures: ReadonlyMap<Case, readonly number[]>,
): void {
  const of = (one: Case): readonly number[] => figures.get(one) as readonly number[]
  const [raw] = cases as [Case]
  console.log(`| ${alg}, ${inFlight} in flight | µs | speed against crypto.verify |`)
  console.log('|---|---:|---:|')
  for (const one of cases) {
    // Round by round, so that both sides of a ratio saw the same machine.
    const ratio = median(of(one).map((time, round) => (of(raw)[round] as number) / time))
    console.log(`| ${one.name} | ${median(of(one)).toFixed(1)} | ${ratio.toFixed(2)} × |`)
  }
  console.log()
}
