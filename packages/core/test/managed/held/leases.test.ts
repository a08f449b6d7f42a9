import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { renewLease } from '../../../src/managed/held/renew-lease.ts'
import { gate } from '../../missions/watched.ts'
import { makeSharedStores } from '../../stores/shared-stores.ts'
import { makeFleet, quiet } from './fleet.ts'
import { makeHeldScene } from './scene.ts'

/** Timers of leases fire when the test says so. */
function stopLeases(): (milliseconds: number) => Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  return (milliseconds) => vi.advanceTimersByTimeAsync(milliseconds)
}

describe('the lease of a call that runs', () => {
  it('is renewed every 30 seconds, so that no other process takes the call for lost', async () => {
    const pass = stopLeases()
    const { lost, next, location, token, finish, poll, told } = await makeFleet()
    lost.net.clock.advance(100)
    await pass(30_000)
    next.net.clock.advance(200)
    await vi.waitFor(async () => expect((await next.poll(location, token)).status).toBe(202))
    expect(await next.resource.managed.reportUnknownOutcomes()).toBe(0)
    finish.open()
    expect((await poll).status).toBe(201)
    expect(told).toEqual([])
  })

  it('is not renewed once another attempt runs', async () => {
    const pass = stopLeases()
    const { lost, next, location, token, finish, poll, records } = await makeFleet({ idempotent: true })
    next.net.clock.advance(200)
    expect((await next.poll(location, token)).status).toBe(201)
    const replaced: string[] = []
    const { find, replace } = records
    let finds = 0
    Object.assign(records, {
      find(key: Parameters<typeof find>[0]) {
        finds += 1
        return find(key)
      },
      replace(change: Parameters<typeof replace>[0]) {
        replaced.push(change.id)
        return replace(change)
      },
    })
    await pass(90_000)
    // Each renewal looks at the record after the one before is over.
    await vi.waitFor(() => expect(finds).toBe(3))
    expect(replaced).toEqual([])
    finish.open()
    await poll
    expect(lost.calls).toHaveLength(1)
  })

  it('is renewed for an hour, whether or not the store fails', async () => {
    const pass = stopLeases()
    let [renewals, ends] = [0, 0]
    const renew = async (): Promise<void> => {
      renewals += 1
      if (renewals % 2 === 1) throw new Error('the store is down')
    }
    const stop = renewLease(renew, () => {
      ends += 1
    })
    await pass(3_600_000)
    expect([renewals, ends]).toEqual([120, 0])
    await pass(3_600_000)
    expect([renewals, ends]).toEqual([120, 1])
    await stop()
  })

  it('is not renewed after the call has run', async () => {
    const pass = stopLeases()
    let renewals = 0
    const stop = renewLease(
      async () => {
        renewals += 1
      },
      () => undefined,
    )
    await pass(30_000)
    await stop()
    await pass(3_700_000)
    expect(renewals).toBe(1)
  })

  it('ends after an hour in the process that runs the call as well, which then tells of it', async () => {
    const pass = stopLeases()
    const { lost, location, token, told, finish, poll, records } = await makeFleet()
    const { find } = records
    // Nothing is found, so that nothing is renewed.
    Object.assign(records, { find: () => undefined })
    await pass(3_630_000)
    Object.assign(records, { find })
    lost.net.clock.advance(200)
    expect([await lost.resource.managed.reportUnknownOutcomes(), told.length]).toEqual([1, 1])
    // What is known replaces what is not.
    finish.open()
    await poll
    await vi.waitFor(async () => expect((await lost.poll(location, token)).status).toBe(201))
  })
})

describe('the result of a held call', () => {
  it('is kept although the store fails when it is there', async () => {
    const { records } = makeSharedStores().stores
    const done = gate<void>()
    const scene = await makeHeldScene({
      stores: { records },
      hold: {},
      run: async () => {
        await done.promise
        return { status: 201, body: 'paid' }
      },
    })
    const location = await scene.held()
    const token = await scene.granted()
    const poll = scene.poll(location, token)
    await vi.waitFor(() => expect(scene.calls).toHaveLength(1))
    const { replace } = records
    let failures = 0
    Object.assign(records, {
      replace: (change: Parameters<typeof replace>[0]) => {
        failures += 1
        return failures > 1 ? replace(change) : Promise.reject(new Error('down'))
      },
    })
    done.open()
    expect(await poll).toMatchObject({ status: 201, body: 'paid' })
    expect([failures, scene.calls.length]).toEqual([2, 1])
  })

  it('is not replaced by that of a later attempt', async () => {
    quiet()
    const { next, location, token, finish, poll } = await makeFleet({ idempotent: true })
    next.net.clock.advance(200)
    const first = await next.poll(location, token)
    expect(first.status).toBe(201)
    finish.open()
    expect((await poll).body).toBe(first.body)
    expect(await next.poll(location, token)).toEqual(first)
  })
})
