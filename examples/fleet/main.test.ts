import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import type { Report } from './report.ts'
import { noPostgres, noRedis } from './servers.ts'

const stores = [
  ['redis', noRedis, []],
  ['postgres', noPostgres, ['--postgres']],
] as const

it.each(stores)(
  'a fleet on %s refuses nobody under a living mission, accepts no signature twice, and loses no termination when the server is killed [MISS-9, REPLAY-1]',
  async (store, missing, flags) => {
    if (missing !== undefined) {
      console.warn(`skipped: the fleet on ${store}: ${missing}`)
      return
    }
    const args = [
      '--processes',
      '2',
      '--missions',
      '40',
      '--terminations',
      '9',
      '--quick',
      '--json',
      ...flags,
    ]
    const report = await run(args)
    // How fast it was is judged by the example itself, on a machine that does nothing else.
    console.log(`fleet on ${store}: ${JSON.stringify(report)}`)
    expect(report).toMatchObject({
      store,
      processes: 2,
      missions: 40,
      terminations: 9,
      livingRefused: 0,
      acceptedTwice: 0,
    })
    expect(report.waits.get).toBe(1)
    expect(report.waits.post).toBeLessThanOrEqual(2)
  },
  300_000,
)

function run(args: readonly string[]): Promise<Report> {
  return new Promise((resolvePromise, reject) => {
    execFile(
      process.execPath,
      [resolve(import.meta.dirname, 'main.ts'), ...args],
      (error, stdout, stderr) => {
        const line = stdout.trim().split('\n').at(-1) ?? ''
        if (line.startsWith('{')) resolvePromise(JSON.parse(line) as Report)
        else reject(error ?? new Error(stderr))
      },
    )
  })
}
