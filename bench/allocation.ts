/**
 * How many octets one request allocates: `npx pnpm@12 bench:allocation [--json FILE]`. The young generation is made so
 * large that nothing is collected while requests run, and the heap grows by exactly what they allocate. A collection
 * in between would falsify the figure, so it is an error.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Alg, makeCases } from './cases.ts'
import type { Figure } from './figures.ts'
import { type Case, measureRound } from './measure.ts'
import { circumstances, tablesOf, writeResults } from './report.ts'
import { median, spreadOf } from './statistics.ts'

const { values } = parseArgs({ options: { json: { type: 'string' } } })
const perBatch = 2000
const batches = 15
/** Enough for V8 to compile what is measured, which would be counted otherwise. */
const warmUps = 4

/** When collections began, in the milliseconds of `performance.now()`. */
const collections: number[] = []
new PerformanceObserver((list) => {
  collections.push(...list.getEntries().map(({ startTime }) => startTime))
}).observe({ entryTypes: ['gc'] })

interface Batch {
  /** Octets in the heap of V8. */
  readonly heap: number
  /** Octets of buffers, which are outside the heap. */
  readonly buffers: number
  /** Octets in the heap that a minor collection leaves there, though nothing holds them. */
  readonly kept: number
}

console.log(circumstances())
const figures = [...(await measureAlg('Ed25519')), ...(await measureAlg('ES256'))]
console.log(tablesOf(figures))
if (values.json !== undefined) writeResults(values.json, 'allocation', figures)

async function measureAlg(alg: Alg): Promise<readonly Figure[]> {
  const { raw, harness, others } = await makeCases(alg)
  const measured = new Map<string, readonly Batch[]>()
  for (const one of [harness, raw, ...others]) {
    const found: Batch[] = []
    for (let batch = -warmUps; batch < batches; batch++) {
      const octets = await measureBatch(one)
      if (batch < 0) continue
      if (octets === undefined) throw new Error(`a collection came while "${one.name}" was measured`)
      found.push(octets)
    }
    measured.set(one.name, found)
  }
  return figuresOf(alg, measured)
}

/** `undefined` where a collection came in between. */
async function measureBatch(one: Case): Promise<Batch | undefined> {
  // A full collection: one of the old generation that is due would come while requests run.
  globalThis.gc?.()
  const start = performance.now()
  const before = process.memoryUsage()
  await measureRound(one, perBatch, 1)
  const after = process.memoryUsage()
  const end = performance.now()
  // The observer hears of a collection in a later turn.
  await setTimeout(20)
  if (collections.some((at) => at >= start && at <= end)) return undefined
  globalThis.gc?.({ type: 'minor', execution: 'sync' })
  const left = process.memoryUsage()
  return {
    heap: (after.heapUsed - before.heapUsed) / perBatch,
    buffers: (after.arrayBuffers - before.arrayBuffers) / perBatch,
    kept: (left.heapUsed - before.heapUsed) / perBatch,
  }
}

function figuresOf(alg: Alg, measured: ReadonlyMap<string, readonly Batch[]>): readonly Figure[] {
  const [harness = '', raw = '', ...others] = measured.keys()
  const heapOf = (name: string): number =>
    median((measured.get(name) as readonly Batch[]).map(({ heap }) => heap))
  const table = (name: string, read: (batch: Batch) => number): readonly Figure[] =>
    [...measured].map(([one, found]) => ({
      table: `${alg}: ${name}`,
      name: one,
      unit: 'octets',
      better: 'lower',
      median: median(found.map(read)),
      spread: spreadOf(found.map(read)),
    }))
  return [
    ...table('allocated in the heap', ({ heap }) => heap),
    ...others
      .filter((name) => name.startsWith('hot'))
      .map(
        (name): Figure => ({
          table: `${alg}: allocated in the heap`,
          name: `${name}, without ${harness} and ${raw}`,
          unit: 'octets',
          better: 'lower',
          median: heapOf(name) - heapOf(harness) - heapOf(raw),
        }),
      ),
    ...table('kept in the heap by a minor collection', ({ kept }) => kept),
    ...table('buffers outside the heap', ({ buffers }) => buffers),
  ]
}
