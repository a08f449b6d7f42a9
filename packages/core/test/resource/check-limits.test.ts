import { expect, it } from 'vitest'
import { checkLimits } from '../../src/resource/check-limits.ts'

it('limits that are not set have the defaults that SECURITY.md states [R11-122, J06]', () => {
  expect(checkLimits({})).toEqual({
    fetchDeadline: 3000,
    requestDeadline: 5000,
    verifiedTokens: 5000,
    unlistedIssuers: 250,
    replays: 100_000,
    replaysPerIssuer: 500_000,
    replaysPerKey: 20_000,
    tombstones: 10_000,
  })
})
