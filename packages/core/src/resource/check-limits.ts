import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { quoted } from '../wire/quoted.ts'
import type { Limits } from './settings.ts'

const limitBounds: Readonly<Record<keyof Limits, readonly [preset: number, max: number, min?: number]>> = {
  fetchDeadline: [3000, 10_000],
  requestDeadline: [5000, 30_000, 1000],
  verifiedTokens: [5000, 50_000],
  unlistedIssuers: [250, 10_000],
  replays: [100_000, 1_000_000],
  replaysPerIssuer: [500_000, 1_000_000],
  replaysPerKey: [20_000, 1_000_000],
  tombstones: [10_000, 1_000_000],
}

/** @throws {TypeError} */
export function checkLimits(given: Partial<Limits>): Limits {
  const limits = {} as Record<keyof Limits, number>
  assertKnownMembers(given, Object.keys(limitBounds), '"limits"')
  for (const [name, [preset, max, min = 1]] of Object.entries(limitBounds) as [
    keyof Limits,
    (typeof limitBounds)[keyof Limits],
  ][]) {
    const value = given[name] ?? preset
    assert(
      Number.isInteger(value) && value >= min && value <= max,
      `"limits.${name}" is ${quoted(value)}: write an integer from ${min} to ${max}`,
    )
    limits[name] = value
  }
  return limits
}
