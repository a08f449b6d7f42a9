/**
 * Measures what a program pays before its first request: `npx pnpm@12 bench:start [--rounds 11] [--only "Node 24"]
 * [--json FILE]`. Every round starts each program once, among them an empty one, against which the others count.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Figure } from '../figures.ts'
import { writeResults } from '../report.ts'
import { measureBundles } from './bundles.ts'
import { type Host, hosts } from './hosts.ts'
import { installPacked } from './install.ts'
import { countModules } from './modules.ts'
import { makeFixture, type Program, type SignedFixture, writePrograms } from './programs.ts'
import { type Run, runProgram } from './run-program.ts'
import { runWorker, type WorkerRun, writeConfig } from './run-worker.ts'
import { summarize } from './summarize.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '11' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  throw new TypeError(`"--rounds" is "${values.rounds}": write a number of runs`)
const wanted = (name: string): boolean => values.only === undefined || values.only === name

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aauth-guard-start-')))
try {
  installPacked(folder)
  const fixture = await makeFixture()
  const programs = writePrograms(folder, fixture)
  const figures: Figure[] = []
  const bundled = await measureBundles(folder)
  if (wanted('bundles')) figures.push(...tell(bundled))
  for (const host of hosts) if (wanted(host.name)) figures.push(...tell(await measureHost(host, programs)))
  if (wanted('workerd')) figures.push(...tell(await measureWorkers(fixture)))
  if (values.json !== undefined) writeResults(values.json, 'start', figures)
} finally {
  rmSync(folder, { recursive: true })
}

async function measureHost(host: Host, programs: readonly Program[]): Promise<readonly Figure[]> {
  const runs = new Map<Program, Run[]>(programs.map((program) => [program, []]))
  // The first round fills the caches of the file system, and of runtimes that keep compiled code.
  for (let round = -1; round < rounds; round++)
    for (const program of programs) {
      const run = await runProgram(folder, host, program)
      if (round >= 0) runs.get(program)?.push(run)
    }
  const of = (program: Program): readonly Run[] => runs.get(program) as Run[]
  const walls = (program: Program): number[] => of(program).map(({ wall }) => wall)
  const said = (program: Program, part: string): number[] =>
    of(program).map((run) => run.said[part] as number)
  const [empty] = programs as [Program]
  const baseOf = (part: string): number[] | undefined =>
    part === 'processor' ? said(empty, part) : undefined
  return programs.flatMap((program) => {
    const parts = Object.keys(of(program)[0]?.said ?? {}).map((part) =>
      summarize(host.name, `${program.name}: ${part}`, said(program, part), baseOf(part)),
    )
    const modules =
      host.name === 'Node 24' && program !== empty
        ? [
            {
              table: host.name,
              name: `${program.name}: modules`,
              unit: 'modules',
              median: countModules(folder, host, program),
              better: 'lower' as const,
            },
          ]
        : []
    return [
      summarize(host.name, `${program.name}: process`, walls(program), walls(empty)),
      ...parts,
      ...modules,
    ]
  })
}

async function measureWorkers(fixture: SignedFixture): Promise<readonly Figure[]> {
  const kinds = ['plain', 'guarded'] as const
  const configs = kinds.map((kind) => writeConfig(folder, `${kind}.js`))
  const runs: [plain: WorkerRun[], guarded: WorkerRun[]] = [[], []]
  for (let round = -1; round < rounds; round++)
    for (const [index, config] of configs.entries()) {
      const run = await runWorker(folder, config, fixture)
      if (round >= 0) runs[index as 0 | 1].push(run)
    }
  const of = (index: 0 | 1, part: keyof WorkerRun): number[] => runs[index].map((run) => run[part])
  return (['listens', 'answered', 'again'] as const).flatMap((part) => [
    summarize('workerd', `hono alone: ${part}`, of(0, part)),
    summarize('workerd', `hono and a guard: ${part}`, of(1, part), of(0, part)),
  ])
}

function tell(figures: readonly Figure[]): readonly Figure[] {
  console.log(`| ${figures[0]?.table} | median | spread | against the baseline |`)
  console.log('|---|---:|---:|---:|')
  for (const { name, unit, median, ratio, spread } of figures) {
    const value = unit === 'ms' ? median.toFixed(1) : median.toLocaleString('en')
    console.log(
      `| ${name} | ${value} ${unit} | ${spread === undefined ? '' : `± ${spread.toFixed(2)}`} | ${ratio === undefined ? '' : `${ratio.toFixed(2)} ×`} |`,
    )
  }
  console.log()
  return figures
}
