/**
 * What an adapter costs beyond `authorize`: `adapter-cost.ts FRAMEWORK ROUNDS`. Its middleware is handed request objects
 * of its framework in this process, one at a time. From its processor time that of making such a request and that of a
 * bare `authorize` of the same message are taken. Prints microseconds for one request, one number for each round, as JSON.
 */
import type { SignedMessage } from '@aauth-guard/testing'
import { median } from '../statistics.ts'
import { adapterCases, authorizeBare, messages, type Run } from './adapter-cases.ts'
import type { Framework } from './frameworks.ts'

/** Of one round. */
const batches = 40
const perBatch = 32
const [framework, rounds] = process.argv.slice(2) as [Framework, string]

const { without, guarded } = adapterCases()[framework]()
const costs: number[] = []
// What the first rounds compile is not measured.
for (let round = -3; round < Number(rounds); round++) {
  const [all, request, bare] = await mediansOf([guarded, without, authorizeBare])
  if (round >= 0) costs.push((all as number) - (request as number) - (bare as number))
}
console.log(JSON.stringify(costs))

/** Of each, microseconds of processor time for one run, all threads together. They take turns in short batches. */
async function mediansOf(runs: readonly Run[]): Promise<readonly number[]> {
  const times: number[][] = runs.map(() => [])
  for (let batch = 0; batch < batches; batch++)
    for (const [at, run] of runs.entries()) times[at]?.push(await cpuOf(run))
  return times.map(median)
}

async function cpuOf(run: Run): Promise<number> {
  const start = process.cpuUsage()
  for (let at = 0; at < perBatch; at++) await run(messages[at % messages.length] as SignedMessage)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / perBatch
}
