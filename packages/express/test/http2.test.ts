import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

const host = resolve(import.meta.dirname, 'http2-host.ts')

describe.each(expressLines)('%s', (name) => {
  it("does not run under Node's http2: it throws internally before any middleware", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [host, name])
    expect(JSON.parse(stdout)).toEqual({ middlewareRan: false, outcome: 'TypeError' })
  })
})
