/**
 * A process of its own. `hold`: holds some calls, prints them, and polls all of them at once; it kills itself at one of the
 * steps of that. `poll`: polls each call that it reads from its input, and prints the answer.
 */
import { createInterface } from 'node:readline'
import type { Query } from '@aauth-guard/postgres'
import { poolOf, queryOf } from '../database.ts'
import { type Held, openBank } from './bank.ts'

const { url, schema, mode, agent, calls, idempotent, killAt } = JSON.parse(process.argv[2] as string)
const pool = poolOf(url)
const send = queryOf(pool)

let isCounting = false
let steps = 0
const step = (): void => {
  if (!isCounting) return
  steps += 1
  if (steps === killAt) process.kill(process.pid, 'SIGKILL')
}
const query: Query = async (...given) => {
  step()
  const answered = await send(...given)
  step()
  return answered
}
const print = (line: object): unknown => process.stdout.write(`${JSON.stringify(line)}\n`)

const bank = await openBank({ query, schema, idempotent, step })
if (mode === 'hold') {
  const held: Held[] = []
  for (let i = 0; i < calls; i++) held.push(await bank.hold(agent, `/${agent}/${i}`))
  // What is in a pipe survives the process that wrote it.
  await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(held)}\n`, () => resolve()))
  isCounting = true
  await Promise.all(held.map((call) => bank.poll(call)))
  print({ steps })
} else {
  print({ ready: true })
  for await (const line of createInterface(process.stdin)) {
    const { status, body } = await bank.poll(JSON.parse(line))
    print({ status, body })
  }
}
await pool.end()
