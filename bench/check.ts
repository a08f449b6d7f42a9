/**
 * Compares two results of a benchmark: `npx pnpm@12 bench:check OLD NEW [--threshold 3]`. A figure has become worse if it
 * differs by more than the threshold, in per cent, and by more than the spread of both. Exits with 1 if one has.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compare } from './compare.ts'
import type { Results } from './figures.ts'
import { row, shown } from './report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threshold: { type: 'string', default: '3' } },
})
const [older, newer] = positionals
const threshold = Number(values.threshold)
if (older === undefined || newer === undefined || !(threshold >= 0)) {
  console.error('Usage: bench:check OLD NEW [--threshold 3], with two files that a benchmark wrote by --json')
  process.exit(2)
}
const before = read(older)
const after = read(newer)
if (before.bench !== after.bench)
  console.log(`These are different benchmarks: "${before.bench}" and "${after.bench}".\n`)
if (before.machine !== after.machine || before.runtime !== after.runtime)
  console.log(
    `Only ratios can be compared: ${before.machine}, ${before.runtime} and ${after.machine}, ${after.runtime}.\n`,
  )

const compared = compare(before.figures, after.figures, threshold)
console.log(row(['', `${before.commit}`, `${after.commit}`, 'better by', '']))
console.log('|---|---:|---:|---:|---|')
for (const { name, basis, old, now, gain, verdict } of compared)
  console.log(
    row([
      `${name}, ${basis}`,
      shown(old),
      shown(now),
      gain === undefined ? '' : `${(gain * 100).toFixed(1)} %`,
      verdict,
    ]),
  )
const worse = compared.filter(({ verdict }) => verdict === 'worse')
console.log(
  worse.length === 0
    ? `\nNothing is worse by more than ${threshold} % and the spread.`
    : `\nWorse by more than ${threshold} % and the spread:\n${worse.map(({ name }) => `- ${name}`).join('\n')}`,
)
process.exitCode = worse.length === 0 ? 0 : 1

function read(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results
}
