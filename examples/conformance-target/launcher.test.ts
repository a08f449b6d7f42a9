import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isRunning } from './launcher.ts'

describe.skipIf(process.platform !== 'linux')('processes', () => {
  it('are reported as running while they run', () => {
    expect(isRunning(process.pid)).toBe(true)
  })

  it('are reported as ended once they ended, even if no parent has waited for them', async () => {
    // The shell becomes a program that does not wait for the child it inherits.
    const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'])
    onTestFinished(() => {
      shell.kill('SIGKILL')
    })
    const [line] = (await once(shell.stdout, 'data')) as [Buffer]
    while (isRunning(Number(line))) await setImmediate()
    expect(isRunning(Number(line))).toBe(false)
  })
})
