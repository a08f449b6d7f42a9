/**
 * Measures whole servers: an app of each framework alone, behind one raw signature check, behind the guard, and behind
 * the guard that one would write with other packages of npm. Each is a process of its own on one core, and another
 * process on another core sends the requests, which are signed before.
 *
 *   npx pnpm@12 bench:servers [--quick] [--json FILE] [--only express,koa,hono,hono-bun]
 */
import { parseArgs } from 'node:util'
import type { Figure } from '../figures.ts'
import { circumstances, tablesOf, writeResults } from '../report.ts'
import { LoadProcess, measureAdapter, measureKept, noBun, noPinning } from './child.ts'
import { derivedOf, figuresOf, leastShare } from './framework-figures.ts'
import { type Framework, frameworks } from './frameworks.ts'
import { measureFramework, type Plan } from './measure-framework.ts'
import { derivedTable } from './print.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string', default: frameworks.join(',') },
  },
})
const plan: Plan = values.quick ? { rounds: 1, milliseconds: 1000 } : { rounds: 5, milliseconds: 2000 }
const chosen = values.only.split(',').map(frameworkNamed)

console.log(`${circumstances()}${plan.rounds} rounds of ${plan.milliseconds} ms`)
if (noPinning !== undefined) console.log(noPinning)
console.log()
const load = await LoadProcess.start()
const figures: Figure[] = []
for (const framework of chosen) {
  if (framework === 'hono-bun' && noBun !== undefined) {
    console.log(`${framework} is left out: ${noBun}\n`)
    continue
  }
  const measured = await measureFramework(framework, load, plan, progress)
  progress(`${framework}: the adapter`)
  const found = figuresOf(measured)
  const adapterRounds = values.quick ? 2 : 8
  const derived = derivedOf(measured, {
    costs: await measureAdapter(framework, adapterRounds),
    kept: await measureKept(framework, adapterRounds),
  })
  progress('')
  console.log(`${measured.runtime}\n`)
  const share = leastShare(measured)
  if (share < 0.9)
    console.log(
      `A server under full load had ${(100 * share).toFixed(0)} % of its core in one round: something else runs on this machine. Trust processor times, not rates and times of answers.\n`,
    )
  console.log(`${tablesOf(found)}\n\n${derivedTable(derived)}\n`)
  figures.push(...found, ...derived.map(({ figure }) => figure))
}
load.close()
if (values.json !== undefined) writeResults(values.json, 'servers', figures)

function frameworkNamed(name: string): Framework {
  const found = frameworks.find((one) => one === name)
  if (found === undefined)
    throw new TypeError(`--only names "${name}": write some of ${frameworks.join(', ')}`)
  return found
}

/** One line on a terminal, which the next one replaces. Nothing is written to a file or pipe. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}
