/**
 * Measures the verifier against the raw primitive in the same run: `npx pnpm@12 bench [--json FILE] [--quick] [--busy]
 * [--only hot,cold] [--seconds N]`. What counts are the ratios. `--seconds` is the time for each case of each table;
 * `--busy` keeps every core busy meanwhile.
 */
import { parseArgs } from 'node:util'
import { startBusyProcesses } from './busy.ts'
import { makeCases } from './cases.ts'
import type { Figure } from './figures.ts'
import type { Case } from './measure.ts'
import { circumstances, tablesOf, writeResults } from './report.ts'
import { measureCases } from './rounds.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    busy: { type: 'boolean', default: false },
    only: { type: 'string' },
    seconds: { type: 'string' },
  },
})
const milliseconds = values.quick ? 40 : 150
const seconds = Number(values.seconds ?? (values.quick ? 0.2 : 4.5))
const rounds = Math.max(3, Math.round((seconds * 1000) / milliseconds))
const wanted = values.only?.split(',')
const isWanted = ({ name }: Case): boolean => wanted?.some((word) => name.includes(word)) ?? true

console.log(circumstances())
const busy = values.busy ? await startBusyProcesses() : undefined
const figures: Figure[] = []
for (const alg of ['Ed25519', 'ES256'] as const) {
  const { raw, others } = await makeCases(alg)
  const cases = [raw, ...others.filter(isWanted)]
  for (const inFlight of [1, 16, 64]) {
    const table = `${alg}, ${inFlight} in flight${busy ? ', all cores otherwise busy' : ''}`
    const found = await measureCases(table, cases, { inFlight, rounds, milliseconds })
    console.log(`${tablesOf(found)}\n`)
    figures.push(...found)
  }
}
busy?.stop()
if (values.json !== undefined) writeResults(values.json, values.busy ? 'requests, busy' : 'requests', figures)
