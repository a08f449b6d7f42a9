import { mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { active, makeWatchedWorld, settled } from './watched.ts'

const never = (): Promise<never> => new Promise(() => undefined)

/** A runtime has ended a query of the source with its request: neither its promise nor its timers end. */
async function endedQuery(isShared: boolean) {
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal)
  const monotonic = stopMonotonicClock()
  let second = now
  const clock = (): number => second
  const { stores } = makeSharedStores({ clock })
  const { resource, asked, says } = await makeWatchedWorld({}, { now: clock, ...(isShared && { stores }) })
  const ask = async () => {
    const status = resource.missions.status(mission)
    await settled()
    return { status, queries: asked.length }
  }
  says(never)
  expect((await ask()).queries).toBe(1)
  says(() => active)
  // Its claim has ended.
  second += 4
  return { ask, monotonic }
}

describe.each([
  ['in memory', false],
  ['that is shared', true],
])('a query of the source that never settles, with a store of statuses %s,', (_, isShared) => {
  useFakeTimeouts()

  it('is not joined once its deadlines have passed', async () => {
    const { ask, monotonic } = await endedQuery(isShared)
    monotonic.advance(3499)
    expect((await ask()).queries).toBe(1)
    monotonic.advance(1)
    const { status, queries } = await ask()
    expect(queries).toBe(2)
    expect(await status).toEqual({ status: 'active' })
  })
})
