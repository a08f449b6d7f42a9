/**
 * Where to verify on several cores: `npx pnpm@12 bench:cores [--json FILE] [--seconds N] [--in-flight 1,16,64]`. One
 * request is one Ed25519 verification of 1200 octets, and each arrives in a turn of the event loop of its own, as from a
 * socket. `UV_THREADPOOL_SIZE` changes the thread pool. Findings are in `cores.md`.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { helping, inPlace, type Place, type Signed, sharedWith, threadPool } from './cores/place.ts'
import { portWorkers } from './cores/port-workers.ts'
import { startProcesses } from './cores/processes.ts'
import { ringWorkers } from './cores/ring-workers.ts'
import type { Figure } from './figures.ts'
import { circumstances, tablesOf, writeResults } from './report.ts'
import { median, quantile, spreadOf } from './statistics.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    'in-flight': { type: 'string', default: '1,16,64' },
  },
})
const milliseconds = 150
const rounds = Math.ceil((Number(values.seconds) * 1000) / milliseconds)
const cores = availableParallelism()

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const jwk = publicKey.export({ format: 'jwk' })
const signed = Array.from({ length: 64 }, (): Signed => {
  const message = randomBytes(1200)
  return { message, signature: sign(null, message, privateKey) }
})

/** Node 24 has it; the types are those of the oldest Node that is supported. */
const ownThread = process as unknown as { threadCpuUsage: typeof process.cpuUsage }

interface Round {
  readonly rate: number
  /** Microseconds of processor time for one request: of all threads, and of this one. */
  readonly cpu: number
  readonly thread: number
  /** Milliseconds that a turn of the event loop was late by. */
  readonly delay: number
}

const pool = threadPool(publicKey)
const others = Math.max(1, cores - 1)
const places: readonly Place[] = [
  inPlace(publicKey),
  pool,
  ...[2, 8].map((most) => sharedWith(pool, publicKey, most * others)),
  ...[2, 4].map((least) => helping(pool, publicKey, least * others)),
  portWorkers(jwk, cores),
  ringWorkers(jwk, cores),
  sharedWith(ringWorkers(jwk, others), publicKey, 8 * others),
  helping(ringWorkers(jwk, others), publicKey, 2 * others),
]

console.log(circumstances())
const figures: Figure[] = []
for (const inFlight of values['in-flight'].split(',').map(Number)) {
  const found = await measurePlaces(inFlight)
  console.log(`${tablesOf(found)}\n`)
  figures.push(...found)
}
for (const place of places) await place.stop?.()
if (values.json !== undefined) writeResults(values.json, 'cores', figures)

async function measurePlaces(inFlight: number): Promise<readonly Figure[]> {
  const processes = await startProcesses(jwk, signed, cores, inFlight)
  const name = `${cores} processes, each in place`
  const measured = new Map<string, Round[]>(
    [...places.map((place) => place.name), name].map((one) => [one, []]),
  )
  const counts = new Map<string, number>()
  for (let round = -2; round < rounds; round++) {
    const first = (round + 2) % places.length
    for (const place of [...places.slice(first), ...places.slice(0, first)]) {
      const time = await measureRound(place, counts.get(place.name) ?? 300, inFlight)
      if (round < 0) counts.set(place.name, Math.ceil((time.rate * milliseconds) / 1000))
      else measured.get(place.name)?.push(time)
    }
    const { rate, cpu } = await processes.run(milliseconds)
    if (round >= 0) measured.get(name)?.push({ rate, cpu, thread: 0, delay: Number.NaN })
  }
  processes.stop()
  return figuresOf(inFlight, measured)
}

async function measureRound({ verify }: Place, count: number, inFlight: number): Promise<Round> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const one = signed[next++ % 64] as Signed
      await turn()
      const verdict = verify(one)
      if (!(verdict instanceof Promise ? await verdict : verdict)) throw new Error('a signature is refused')
    }
  }
  const late = monitorEventLoopDelay({ resolution: 1 })
  late.enable()
  const before = { all: process.cpuUsage(), own: ownThread.threadCpuUsage() }
  const start = performance.now()
  await Promise.all(Array.from({ length: inFlight }, lane))
  const seconds = (performance.now() - start) / 1000
  const all = process.cpuUsage(before.all)
  const own = ownThread.threadCpuUsage(before.own)
  late.disable()
  return {
    rate: count / seconds,
    cpu: (all.user + all.system) / count,
    thread: (own.user + own.system) / count,
    delay: late.percentile(99) / 1e6,
  }
}

function figuresOf(inFlight: number, measured: ReadonlyMap<string, readonly Round[]>): readonly Figure[] {
  const [baseline = []] = [...measured.values()]
  const size = process.env.UV_THREADPOOL_SIZE
  const table = `${inFlight} in flight${size === undefined ? '' : `, thread pool of ${size}`}`
  const rates = [...measured].map(([name, found]): Figure => {
    const ratios = found.map(({ rate }, round) => rate / (baseline[round] as Round).rate)
    return {
      table,
      name,
      unit: 'requests/s',
      better: 'higher',
      median: median(found.map(({ rate }) => rate)),
      cpu: median(found.map(({ cpu }) => cpu)),
      ratio: median(ratios),
      spread: spreadOf(ratios),
      cpuRatio: median(found.map(({ cpu }, round) => (baseline[round] as Round).cpu / cpu)),
    }
  })
  const inOneProcess = [...measured].filter(([, found]) => found.every(({ delay }) => !Number.isNaN(delay)))
  const own = inOneProcess.map(
    ([name, found]): Figure => ({
      table: `${table}: the main thread alone`,
      name,
      unit: 'µs of CPU',
      better: 'lower',
      median: median(found.map(({ thread }) => thread)),
    }),
  )
  const delays = inOneProcess.map(
    ([name, found]): Figure => ({
      table: `${table}: a turn of the event loop`,
      name,
      unit: 'ms',
      better: 'lower',
      median: median(found.map(({ delay }) => delay)),
      p99: quantile(
        found.map(({ delay }) => delay),
        0.99,
      ),
    }),
  )
  return [...rates, ...own, ...delays]
}
