import type { DecisionEvent } from '@aauth-guard/core'
import { assertGrant, missionGrant } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { makeWatchedWorld, verdict } from '../missions/watched.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

/** A resource whose recorder does something, and takes some milliseconds, when an event of this point arrives. */
async function makeScene(point: DecisionEvent['point'], milliseconds: number) {
  const shared = makeSharedStores()
  const recorded: (string | undefined)[] = []
  let during = (): void => undefined
  const recorder = async (event: DecisionEvent): Promise<void> => {
    recorded.push(event.code ?? event.outcome)
    if (event.point !== point || event.outcome !== 'accepted') return
    during()
    clock.advance(milliseconds)
  }
  const world = await makeWatchedWorld({}, { stores: shared.stores, recorder })
  const { revocations, tombstones } = shared.memories
  return {
    ...world,
    shared,
    recorded,
    meanwhile: {
      nothing: () => undefined,
      revocation: () => {
        during = () => void revocations.add({ ...claimsOf(world.token), listed: false })
      },
      termination: () => {
        during = () => void tombstones.add({ ...mission, listed: false })
      },
    },
    lookups: () => shared.sent().filter((name) => name === 'revocations.find').length,
  }
}

const rows = [
  [1000, 'nothing', '200', 2],
  [1000, 'revocation', '401 revoked_jwt', 2],
  [1000, 'termination', '403 mission_terminated', 2],
  [999, 'revocation', '200', 1],
] as const

describe('a request whose recorder takes a while', () => {
  it.each(rows)(
    'of %d ms, with a %s in the meantime, ends with %s after %d lookups',
    async (milliseconds, change, expected, times) => {
      const { token, call, meanwhile, lookups } = await makeScene('guard', milliseconds)
      meanwhile[change]()
      expect(await verdict(call(token))).toBe(expected)
      expect(lookups()).toBe(times)
    },
  )
})

describe('requireGrant whose recorder takes a while', () => {
  it.each(rows)(
    'of %d ms, with a %s in the meantime, ends with %s after %d lookups',
    async (milliseconds, change, expected, times) => {
      const { token, call, meanwhile, lookups } = await makeScene('grant', milliseconds)
      const auth = await call(token)
      meanwhile[change]()
      const granted = assertGrant(auth, () => missionGrant(auth), { classPolicy: 'mission-only' })
      expect(await verdict(granted)).toBe(expected)
      expect(lookups()).toBe(times)
    },
  )
})
