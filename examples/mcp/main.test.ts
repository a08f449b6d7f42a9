import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the MCP example goes as expected: an agent steps up, works under a mission, is joined by another runtime and cut off in mid-stream', async () => {
  const program = resolve(import.meta.dirname, 'main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program])
  const lines = stdout.split('\n').filter((line) => /^[✓✗]/.test(line))
  expect(lines.map(([mark]) => mark)).toEqual(Array(9).fill('✓'))
})
