import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the missions example goes as expected: runtimes of the same mission and class resume the run, all others are refused [CLASS-1, CLASS-3, MISS-9, MISS-10, MISS-11]', async () => {
  const program = resolve(import.meta.dirname, 'main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program])
  const lines = stdout.split('\n').filter((line) => /^[✓✗]/.test(line))
  expect(lines.map(([mark]) => mark)).toEqual(Array(8).fill('✓'))
})
