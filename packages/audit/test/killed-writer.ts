/**
 * Writes decisions into a log, and kills itself at one of the calls to the file system: `FOLDER KEY FIRST KILL_AT`. Prints
 * the number of each decision that may go on, and at the end how many calls there were.
 */
import { writeSync } from 'node:fs'
import promises, { open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import type { DecisionEvent, RequestEvidence } from '@aauth-guard/core'

const [folder = '', key = '', first = '1', killAt = '0'] = process.argv.slice(2)
let calls = 0

/** Counts a call, and dies before it or in its middle. */
function counted(name: string, call: (...given: unknown[]) => unknown) {
  return async function (this: unknown, ...given: unknown[]): Promise<unknown> {
    calls += 1
    if (calls !== Number(killAt)) return call.apply(this, given)
    const [octets, from = 0] = given as [Uint8Array, number?]
    if (name === 'write') {
      const half = from + Math.floor(Math.random() * (octets.length - from))
      await call.call(this, octets.subarray(0, half), from)
    }
    process.kill(process.pid, 'SIGKILL')
    return new Promise(() => undefined)
  }
}

const file = await open(process.execPath)
const handles = Object.getPrototypeOf(file) as Record<string, (...given: unknown[]) => unknown>
await file.close()
for (const name of ['write', 'writeFile', 'datasync', 'sync', 'truncate'])
  handles[name] = counted(name, handles[name] as never)
for (const name of ['open', 'rename', 'rm', 'mkdir'] as const)
  Object.assign(promises, { [name]: counted(name, promises[name] as never) })
syncBuiltinESMExports()

const { auditLog, fileSink } = await import('@aauth-guard/audit')
const audit = auditLog({
  sink: fileSink(join(folder, 'log', 'notes'), { maxFileBytes: 8192 }),
  evidence: { sink: fileSink(join(folder, 'evidence', 'notes'), { maxFileBytes: 8192 }), plain: true },
  key: JSON.parse(key) as never,
  durability: 'record',
  onCheckpoint: ({ seq, hash }) => writeSync(1, `checkpoint ${seq} ${hash}\n`),
  onProblem: () => undefined,
})
const evidence: RequestEvidence = {
  token: 't'.repeat(500),
  base: 'b'.repeat(700),
  signature: 's'.repeat(86),
  covered: ['@method'],
  issuer: 'https://ps.example',
  document: 'aauth-person.json',
  keys: [{ kid: 'k' }],
  verifiedAt: 1,
}
for (let round = 0; round < 6; round++) {
  const decisions = Array.from({ length: 5 }, (_, index) => Number(first) + round * 5 + index)
  await Promise.all(
    decisions.map(async (seq) => {
      const event = { type: 'aauth.decision.v1', time: Date.now(), seq, outcome: 'accepted', issuer: 'x' }
      await audit.listeners.recorder?.(event as DecisionEvent, () => evidence)
      writeSync(1, `recorded ${seq}\n`)
    }),
  )
}
await audit.close()
writeSync(1, `calls ${calls}\n`)
