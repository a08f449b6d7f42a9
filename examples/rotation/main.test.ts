import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { enough, rotate } from './rotate.ts'

describe('a rotation of the signing key', () => {
  it('refuses no request when each deployment waits until older caches and tokens have expired', async () => {
    const { succeeded, refused, published } = await rotate(enough)
    expect(refused).toEqual([])
    expect(succeeded).toBeGreaterThan(60)
    const [[current] = [], [, next] = []] = published
    expect(published).toEqual([[current], [current, next], [next, current], [next]])
    expect(current).not.toBe(next)
  })

  it('refuses requests when the next key signs before verifiers can know it', async () => {
    const { refused } = await rotate({ ...enough, published: 0 })
    expect(refused.join('\n')).toContain('publishes no key')
  })

  it('refuses requests when the previous key is removed while its tokens are valid', async () => {
    const { refused } = await rotate({ ...enough, kept: 0 })
    expect(refused.join('\n')).toContain('publishes no key')
  })
})

it('node examples/rotation/main.ts runs the rotation', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    resolve(import.meta.dirname, 'main.ts'),
  ])
  expect(stdout).toMatch(/^✓ \d+ calls succeeded, 0 were refused$/m)
  expect(stderr).toBe('')
})
