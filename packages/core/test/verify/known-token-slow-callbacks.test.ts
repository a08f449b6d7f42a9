import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { verdict } from '../missions/watched.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

const changes: readonly (readonly [string, string, (world: World, token: string) => unknown])[] = [
  ['its token is revoked', '401 revoked_jwt', ({ resource }, token) => resource.revoke(claimsOf(token))],
  ['its token expires', '401 expired_jwt', ({ net }) => net.clock.advance(3600)],
  [
    'its issuer is purged',
    '401 revoked_jwt',
    ({ net, resource }, token) => {
      net.clock.advance(1)
      return resource.purgeIssuer(claimsOf(token).iss)
    },
  ],
  ['nothing happens', '200', () => undefined],
]

describe.each(['check', 'recorder'] as const)('a request whose %s takes over a second', (callback) => {
  /** The verdict of a request with a token that was seen before, or not, during whose callback something happens. */
  async function outcomeOf(seen: boolean, happens: (world: World, token: string) => unknown) {
    let work = async (): Promise<unknown> => undefined
    const called = async (): Promise<true> => {
      await work()
      return true
    }
    const world = await makeWorld(
      callback === 'recorder' ? { recorder: async () => void (await called()) } : {},
    )
    const requirement = callback === 'check' ? { check: called } : {}
    const token = await world.agent.authToken({ scope: 'access' })
    if (seen) await world.call(token, { requirement })
    work = async () => {
      await happens(world, token)
      clock.advance(1000)
    }
    return verdict(world.call(token, { requirement }))
  }

  it.each(changes)(
    'while %s ends with %s, whether its token was seen before or not',
    async (_, expected, happens) => {
      expect([await outcomeOf(true, happens), await outcomeOf(false, happens)]).toEqual([expected, expected])
    },
  )
})
