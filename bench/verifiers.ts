/**
 * Measures what verifies one signature on Node: `npx pnpm@12 bench:verifiers`, with the call from JavaScript. The
 * verifiers take turns, so that whatever else the machine does disturbs all of them alike. `--packages FOLDER` adds
 * those packages of `verifiers/tried.ts` that are installed there; `--json FILE` writes the figures.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Figure, Results } from './figures.ts'
import { median } from './statistics.ts'
import { installed } from './verifiers/installed.ts'
import { makeSample, type Signed } from './verifiers/sample.ts'
import { triedIn } from './verifiers/tried.ts'
import { assertVerifies, wrongVerdicts } from './verifiers/verdicts.ts'
import type { Verifier } from './verifiers/verifier.ts'

const rounds = 15
/** How long each verifier is measured in each round, so that slow ones do not take all of the time. */
const nanosecondsPerRound = 30_000_000n

interface Round {
  /** Microseconds of a verification: of the clock, and of the processor, all threads of the process together. */
  readonly time: number
  readonly cpu: number
}

const { values } = parseArgs({ options: { packages: { type: 'string' }, json: { type: 'string' } } })
const makers = [...installed, ...(values.packages === undefined ? [] : triedIn(values.packages))]
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`
console.log(`Node ${process.version} with OpenSSL ${process.versions.openssl}, ${machine}\n`)

const figures: Figure[] = []
for (const alg of ['Ed25519', 'ES256'] as const) {
  const sample = await makeSample(alg)
  const verifiers: Verifier[] = []
  for (const make of makers) {
    const verifier = await make(sample)
    if (verifier === undefined) continue
    await assertVerifies(verifier, sample)
    verifiers.push(verifier)
  }
  for (const inFlight of [1, 16]) {
    const measured = new Map<Verifier, Round[]>(verifiers.map((one) => [one, []]))
    for (let round = -2; round < rounds; round++) {
      for (const one of verifiers) {
        const figure = await measure(one, sample.signed, inFlight)
        if (round >= 0) measured.get(one)?.push(figure)
      }
    }
    report(figuresOf(`${alg}, ${inFlight} in flight`, measured))
  }
}
for (const line of await wrongVerdicts(makers)) console.log(line)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(resultsOf(figures), null, 2)}\n`)

async function measure({ verify }: Verifier, signed: readonly Signed[], inFlight: number): Promise<Round> {
  let done = 0
  const before = process.cpuUsage()
  const start = process.hrtime.bigint()
  const lane = async (): Promise<void> => {
    while (process.hrtime.bigint() - start < nanosecondsPerRound) {
      const verdict = verify(signed[done++ % signed.length] as Signed)
      if (!(verdict instanceof Promise ? await verdict : verdict)) throw new Error('a signature is refused')
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  const time = Number(process.hrtime.bigint() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  return { time: time / done, cpu: (user + system) / done }
}

function figuresOf(table: string, measured: ReadonlyMap<Verifier, readonly Round[]>): Figure[] {
  const [baseline = []] = [...measured.values()]
  return [...measured].map(([{ name, input }, own]) => {
    // Of the processor time, which other programs disturb least, and round by round.
    const ratios = own.map(({ cpu }, round) => (baseline[round] as Round).cpu / cpu).sort((a, b) => a - b)
    const quartile = (part: number): number => ratios[Math.floor((ratios.length - 1) * part)] as number
    return {
      table,
      name: input === undefined ? name : `${name} (a JWT)`,
      unit: 'µs',
      median: median(own.map(({ time }) => time)),
      cpu: median(own.map(({ cpu }) => cpu)),
      ratio: median(ratios),
      spread: (quartile(0.75) - quartile(0.25)) / 2,
      better: 'lower',
    }
  })
}

function report(rows: readonly Figure[]): void {
  figures.push(...rows)
  console.log(`| ${rows[0]?.table} | µs | µs of processor time | verifications for the same processor time |`)
  console.log('|---|---:|---:|---:|')
  for (const { name, median: time, cpu = 0, ratio = 0, spread = 0 } of rows)
    console.log(
      `| ${name} | ${time.toFixed(1)} | ${cpu.toFixed(1)} | ${ratio.toFixed(2)} ± ${spread.toFixed(2)} |`,
    )
  console.log()
}

function resultsOf(measured: readonly Figure[]): Results {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  const runtime = `Node ${process.version}`
  return { bench: 'verifiers', at: new Date().toISOString(), commit, machine, runtime, figures: measured }
}
