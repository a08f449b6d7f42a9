/**
 * Where a request spends its time: `npx pnpm@12 bench:profile [CASE] [--seconds N] [--in-flight N] [--alg ES256]`. Prints
 * the frames with the most time of their own, and the same by the part of the program. `CASE` is a part of the name of a
 * case; without one it is the hot one.
 */
import { Session } from 'node:inspector/promises'
import { parseArgs } from 'node:util'
import { type Alg, makeCases } from './cases.ts'
import { measureRound } from './measure.ts'
import { circumstances, row } from './report.ts'
import { type Profile, selfTimes } from './self-times.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '8' },
    'in-flight': { type: 'string', default: '1' },
    alg: { type: 'string', default: 'Ed25519' },
  },
})
const [wanted = 'hot'] = positionals
const inFlight = Number(values['in-flight'])
const { raw, harness, others } = await makeCases(values.alg as Alg)
const one = [...others, raw, harness].find(({ name }) => name.includes(wanted))
if (one === undefined) throw new TypeError(`no case is named like "${wanted}"`)
await measureRound(one, 3000, inFlight)

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: 100 })
await session.post('Profiler.start')
const end = performance.now() + Number(values.seconds) * 1000
let requests = 0
let microseconds = 0
while (performance.now() < end) {
  const { wall } = await measureRound(one, 1000, inFlight)
  microseconds += wall * 1000
  requests += 1000
}
const { profile } = await session.post('Profiler.stop')

const { frames, parts, total } = selfTimes(profile as Profile)
console.log(circumstances())
console.log(`${one.name}, ${values.alg}, ${inFlight} in flight: ${(microseconds / requests).toFixed(1)} µs\n`)
print('frame', frames.slice(0, 25))
print('part', parts)

function print(title: string, times: readonly (readonly [name: string, microseconds: number])[]): void {
  console.log(`${row([title, '% of the time'])}\n|---|---:|`)
  for (const [name, time] of times) console.log(row([name, ((100 * time) / total).toFixed(1)]))
  console.log()
}
