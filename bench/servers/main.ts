/**
 * Measures whole servers: an app of each framework alone, behind one raw signature check, behind the guard, and behind
 * the guard that one would write with other packages of npm. Each is a process of its own on one core, and another
 * process on another core sends the requests, which are signed before.
 *
 *   npx pnpm@12 bench:servers [--quick] [--json FILE] [--only express,koa,hono,hono-bun]
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Figure, Results } from '../figures.ts'
import { LoadProcess, measureAdapter, noBun, noPinning } from './child.ts'
import { figuresOf, wantedOf } from './framework-figures.ts'
import { type Framework, frameworks } from './frameworks.ts'
import { measureFramework, type Plan } from './measure-framework.ts'
import { printFigures, printWanted } from './print.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string', default: frameworks.join(',') },
  },
})
const plan: Plan = values.quick ? { rounds: 1, milliseconds: 1000 } : { rounds: 5, milliseconds: 2000 }
const chosen = values.only.split(',').map(frameworkNamed)
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`

console.log(`${machine}, ${plan.rounds} rounds of ${plan.milliseconds} ms`)
if (noPinning !== undefined) console.log(noPinning)
console.log()
const load = await LoadProcess.start()
const figures: Figure[] = []
const runtimes = new Set<string>()
for (const framework of chosen) {
  if (framework === 'hono-bun' && noBun !== undefined) {
    console.log(`${framework} is left out: ${noBun}\n`)
    continue
  }
  const measured = await measureFramework(framework, load, plan, progress)
  progress(`${framework}: the adapter`)
  const found = figuresOf(measured)
  const wanted = wantedOf(measured, await measureAdapter(framework, values.quick ? 2 : 8))
  progress('')
  console.log(`${measured.runtime}\n`)
  printFigures(found)
  printWanted(wanted)
  figures.push(...found, ...wanted.map(({ figure }) => figure))
  runtimes.add(measured.runtime)
}
load.close()
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results(), undefined, 2)}\n`)

function results(): Results {
  return {
    bench: 'servers',
    at: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine,
    runtime: [...runtimes].join(', '),
    figures,
  }
}

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
