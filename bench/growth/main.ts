/**
 * Measures whether a resource stays as fast as it fills: `npx pnpm@12 bench:growth [--max 1000000] [--quick]
 * [--only revocations] [--json FILE]`. Rounds alternate between a resource with many entries and one with a single
 * entry, so that the ratio is independent of what else the machine does.
 */
import { parseArgs } from 'node:util'
import type { Figure } from '../figures.ts'
import { writeResults } from '../report.ts'
import { runFloods } from './flooded.ts'
import { type Effort, measureAt, requestsOf } from './grow.ts'
import type { Subject } from './subject.ts'
import { subjects } from './subjects.ts'

const { values } = parseArgs({
  options: {
    max: { type: 'string', default: '1000000' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const max = Number(values.max)
if (!Number.isInteger(max) || max < 1)
  throw new TypeError(`"--max" is "${values.max}": write a number of entries`)
const effort: Effort = values.quick
  ? { rounds: 5, requests: 50, lookUps: 1000, insertions: 20 }
  : { rounds: 21, requests: 100, lookUps: 5000, insertions: 50 }
const sizes = [1, 10, 1000, 10_000, 100_000, 1_000_000].filter((size) => size <= max)
const figures: Figure[] = []
for (const [name, make] of Object.entries(subjects(requestsOf(effort)))) {
  if (values.only !== undefined && values.only !== name) continue
  const subject = await make()
  printHead(subject)
  for (const size of new Set(sizes.map((wanted) => Math.min(wanted, subject.max)))) {
    const found = await measureAt(subject, size, effort)
    printRows(found)
    figures.push(...found)
  }
  console.log()
}
if (values.only === undefined || values.only === 'flood') figures.push(...(await runFloods()))
if (values.json !== undefined) writeResults(values.json, 'growth', figures)

function printHead({ name, how }: Subject): void {
  console.log(`${name}: ${how}\n`)
  console.log(`| ${name} | median | processor µs | against one entry |`)
  console.log('|---|---:|---:|---:|')
}

function printRows(found: readonly Figure[]): void {
  for (const { name, unit, median, p99, cpu, ratio, spread } of found) {
    const digits = unit === 'octets' ? median.toLocaleString('en') : median.toPrecision(3)
    const value = `${digits} ${unit}${p99 === undefined ? '' : `, p99 ${p99.toPrecision(2)}`}`
    const used = cpu === undefined ? '' : cpu.toPrecision(3)
    const against = ratio === undefined ? '' : `${ratio.toFixed(2)} ± ${(spread ?? 0).toFixed(2)}`
    console.log(`| ${name} | ${value} | ${used} | ${against} |`)
  }
}
