/**
 * A fleet on one machine: processes of one API behind a balancer, which share their state in Redis or PostgreSQL, under
 * load. Missions are terminated at random processes, and the server of the state is killed in the middle.
 *
 *   npx pnpm@12 fleet [--processes 8] [--missions 500] [--terminations 50] [--postgres] [--json]
 *
 * Prints what it saw, and whether the fleet kept what it promises (docs/operate/fleet.md): no request is accepted later
 * than a second after a termination was acknowledged, no caller under a living mission is refused, and no signature is
 * accepted twice. Requests that get 503 while the server is away are counted apart. Ends with exit code 1 if a promise was
 * broken.
 */
import { parseArgs } from 'node:util'
import { countWaits } from './count-waits.ts'
import { Fleet } from './fleet.ts'
import { openStores } from './open-stores.ts'
import { measure, play } from './play.ts'
import { isKept, print, type Report } from './report.ts'
import { startPostgres, startRedis } from './servers.ts'
import { issuer, prepare, window } from './signed.ts'
import { untilReady } from './until-ready.ts'

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '8' },
    missions: { type: 'string', default: '500' },
    terminations: { type: 'string', default: '50' },
    postgres: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const processes = positive('processes', values.processes, 64)
const missionCount = positive('missions', values.missions, 100_000)
const terminations = Math.min(positive('terminations', values.terminations, 10_000), missionCount - 1)
const times = values.quick
  ? { before: 1000, outage: 500, after: 4000 }
  : { before: 6000, outage: 1500, after: 8000 }

const server = await (values.postgres ? startPostgres() : startRedis())
const opened = openStores(server.place, issuer)
let fleet: Fleet | undefined
const prepared = await prepare(missionCount, values.quick ? 2 : 8, (done) =>
  progress(`signing requests: ${done} of ${missionCount} missions`),
)
try {
  await untilReady(() => opened.prepare())
  const waits = await countWaits(server.place, prepared)
  progress(`starting ${processes} processes`)
  const { origins, source } = prepared
  fleet = await Fleet.start(processes, { issuer, place: server.place, origins, source, window })
  const requestsPerSecond: Record<string, number> = {}
  for (const size of [1, 2, 4, 8].filter((size) => size <= processes)) {
    progress(`measuring ${size} of ${processes} processes`)
    requestsPerSecond[size] = await measure(fleet, prepared, size, values.quick ? 500 : 2500)
  }
  progress('calling, terminating missions, and killing the server of the state')
  const { late, ...seen } = await play(fleet, server, prepared, terminations, times)
  const sorted = [...late].sort((one, other) => one - other)
  const report: Report = {
    store: values.postgres ? 'postgres' : 'redis',
    processes,
    missions: missionCount,
    terminations: late.length,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
    worstMs: sorted.at(-1) ?? 0,
    ...seen,
    waits,
    questions: prepared.questions(),
    requestsPerSecond,
  }
  progress('')
  if (values.json) console.log(JSON.stringify(report))
  else print(report)
  process.exitCode = isKept(report) ? 0 : 1
} finally {
  fleet?.close()
  await Promise.all([prepared.close(), opened.close(), server.close()])
}

/** One line on a terminal, which the next one replaces. Nothing is written to a file or pipe. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

function positive(name: string, value: string, max: number): number {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0 && number <= max) return number
  throw new TypeError(`--${name} is "${value}": write an integer from 1 to ${max}`)
}
