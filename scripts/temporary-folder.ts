/** Gives the tests a temporary folder of their own, and fails the run when they leave anything in it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For the environment of the workers, and so of the programs that they start. */
export const folder: string = join(tmpdir(), `aauth-guard-tests-${process.pid}`)

/** Called by vitest once for each project. */
export function setup(): void {
  mkdirSync(folder, { recursive: true })
}

export function teardown(): void {
  let left: string[] = []
  try {
    left = readdirSync(folder)
  } catch {
    // Another project was here before.
  }
  rmSync(folder, { recursive: true, force: true })
  if (left.length === 0) return
  process.exitCode = 1
  throw new Error(`the tests left in the temporary folder: ${left.join(', ')}`)
}
