import { createResource } from '@aauth-guard/core'
import type { UnknownOutcome } from '@aauth-guard/core/managed'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { managedStateOf } from '../../../src/managed/managed-state.ts'
import { gate } from '../../missions/watched.ts'
import { makeSharedStores } from '../../stores/shared-stores.ts'
import { makeFleet, quiet } from './fleet.ts'
import { type HeldScene, issuer, makeHeldScene } from './scene.ts'

const report = ({ resource }: HeldScene): Promise<number> => resource.managed.reportUnknownOutcomes()
const unknownEvents = ({ events }: HeldScene) =>
  events.filter(({ type }) => type === 'aauth.held_call_unknown.v1')

describe('reportUnknownOutcomes', () => {
  it('tells of a call whose process was lost, although nobody polls it, once its lease has run out', async () => {
    const { next, told } = await makeFleet()
    expect([await report(next), told.length]).toEqual([0, 0])
    next.net.clock.advance(151)
    expect([await report(next), told.length]).toEqual([0, 0])
    next.net.clock.advance(1)
    expect(await report(next)).toBe(1)
    expect(told).toMatchObject([
      { route: 'payments.make', method: 'POST', target: '/payments', account: null },
    ])
    expect(unknownEvents(next)).toMatchObject([{ id: told[0]?.id, path: '/payments' }])
    expect([await report(next), told.length, next.calls.length]).toEqual([0, 1, 0])
  })

  it('leaves a call alone that is told already, also once the agent polls', async () => {
    const { next, location, token, told } = await makeFleet()
    next.net.clock.advance(200)
    expect(await report(next)).toBe(1)
    expect((await next.poll(location, token)).status).toBe(500)
    expect([told.length, unknownEvents(next).length]).toEqual([1, 1])
  })

  it('tells once, whichever processes look and are polled at once', async () => {
    const { next, another, location, token, told } = await makeFleet()
    const fleet = [next, await another(), await another(), await another()]
    for (const { net } of fleet) net.clock.advance(200)
    const counts = Promise.all(fleet.map(report))
    const polls = Promise.all(fleet.map((scene) => scene.poll(location, token)))
    const [told1] = [(await counts).reduce((sum, one) => sum + one, 0)]
    for (const { status } of await polls) expect(status).toBe(500)
    expect([told1 <= 1, told.length, fleet.flatMap(unknownEvents).length]).toEqual([true, 1, 1])
  })

  it('tells of a call whose teller was lost, once its lease has run out as well', async () => {
    let calls = 0
    const never = gate<void>()
    const onUnknown = (): unknown => {
      calls += 1
      return calls === 1 ? never.promise : undefined
    }
    const { next, another } = await makeFleet({ onUnknown })
    const later = await another()
    for (const { net } of [next, later]) net.clock.advance(200)
    void report(next).catch(() => undefined)
    await vi.waitFor(() => expect(calls).toBe(1))
    expect(await report(later)).toBe(0)
    later.net.clock.advance(200)
    expect(await report(later)).toBe(1)
    expect([await report(later), calls]).toEqual([0, 2])
    never.open()
  })

  it('tells again if onUnknown fails', async () => {
    quiet()
    let fails = true
    let calls = 0
    const onUnknown = (): void => {
      calls += 1
      if (fails) throw new Error('the pager is down')
    }
    const { next } = await makeFleet({ onUnknown })
    next.net.clock.advance(200)
    expect(await report(next)).toBe(0)
    fails = false
    next.net.clock.advance(1)
    expect(await report(next)).toBe(1)
    expect([await report(next), calls]).toEqual([0, 2])
  })

  it('tells nothing if another process has begun to tell in the same moment', async () => {
    quiet()
    let calls = 0
    const onUnknown = (): void => {
      calls += 1
      if (calls === 1) throw new Error('the pager is down')
    }
    const { next, records } = await makeFleet({ onUnknown })
    next.net.clock.advance(200)
    expect(await report(next)).toBe(0)
    next.net.clock.advance(1)
    const { replace } = records
    Object.assign(records, { replace: () => 'conflict' })
    expect([await report(next), calls]).toEqual([0, 1])
    Object.assign(records, { replace })
    expect([await report(next), calls]).toEqual([1, 2])
  })

  it('tells nothing that was told while it looked', async () => {
    const { next, told } = await makeFleet()
    next.net.clock.advance(200)
    await report(next)
    const { outcomes } = managedStateOf(next.resource).held
    const route = { onUnknown: (outcome: UnknownOutcome) => told.push(outcome) } as never
    expect([await outcomes.tell(route, told[0]?.id as string), told.length]).toEqual([false, 1])
  })

  it('tells of a call whose token was revoked in the meantime, which no poll finds', async () => {
    const { lost, next, location, token, told } = await makeFleet()
    const claims = JSON.parse(Buffer.from((await lost.person()).split('.')[1] ?? '', 'base64url').toString())
    await next.resource.purgeIssuer(claims.iss)
    next.net.clock.advance(200)
    expect([await report(next), told.length]).toEqual([1, 1])
    const { status, body } = await next.poll(location, token)
    expect([status, JSON.parse(body).error]).toEqual([403, 'revoked'])
  })

  it('tells of an idempotent call once no poll can run it again', async () => {
    const { lost, next, told } = await makeFleet({ idempotent: true })
    next.net.clock.advance(600 + 3660)
    expect([await report(next), told.length]).toEqual([0, 0])
    next.net.clock.advance(61)
    expect([await report(next), told.length]).toEqual([1, 1])
    expect([lost.calls.length, next.calls.length]).toEqual([1, 0])
  })

  it('leaves calls of other routes to the processes that have them', async () => {
    const { next, told, records } = await makeFleet()
    const without = await makeHeldScene({ stores: { records }, hold: {}, requirement: { name: 'other' } })
    for (const { net } of [next, without]) net.clock.advance(200)
    expect([await report(without), unknownEvents(without).length]).toEqual([0, 0])
    expect([await report(next), told.length]).toEqual([1, 1])
  })

  it('leaves a call to them as well that was polled where its route is not', async () => {
    quiet()
    let calls = 0
    const onUnknown = (): void => {
      calls += 1
      if (calls === 1) throw new Error('the pager is down')
    }
    const { next, another, location, token, records } = await makeFleet({ onUnknown })
    const without = await makeHeldScene({ stores: { records }, hold: {}, requirement: { name: 'other' } })
    const later = await another()
    for (const { net } of [next, without]) net.clock.advance(200)
    later.net.clock.advance(400)
    expect(await report(next)).toBe(0)
    expect((await without.poll(location, token)).status).toBe(500)
    expect([await report(later), calls]).toEqual([1, 2])
  })

  it('tells nothing of a call that this process still runs, although its lease could not be renewed', async () => {
    const { lost, told, finish, poll } = await makeFleet()
    lost.net.clock.advance(200)
    expect([await report(lost), told.length]).toEqual([0, 0])
    finish.open()
    expect((await poll).status).toBe(201)
  })

  it('does not look at calls that are done, or were told', async () => {
    const { next, told, finish, poll, shared } = await makeFleet()
    finish.open()
    await poll
    next.net.clock.advance(200)
    const before = shared.sent().length
    expect([await report(next), told.length]).toEqual([0, 0])
    expect(shared.sent().slice(before)).toEqual(['records.list'])
    const unknown = await makeFleet()
    unknown.next.net.clock.advance(200)
    expect(await report(unknown.next)).toBe(1)
    const after = unknown.shared.sent().length
    expect(await report(unknown.next)).toBe(0)
    expect(unknown.shared.sent().slice(after)).toEqual(['records.list'])
  })

  it('tells of an idempotent call that was ended, which no poll runs again', async () => {
    const { next, told } = await makeFleet({ idempotent: true })
    await next.resource.purgeIssuer(next.net.personServer.id)
    next.net.clock.advance(200)
    expect([await report(next), told.length]).toEqual([1, 1])
  })

  it('waits for onUnknown no longer than the deadline of a request', async () => {
    quiet()
    const never = gate<void>()
    let calls = 0
    const onUnknown = () => {
      calls += 1
      return never.promise
    }
    const { next } = await makeFleet({ onUnknown })
    next.net.clock.advance(200)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const reported = report(next)
    while (calls === 0) await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(30_000)
    vi.useRealTimers()
    expect(await reported).toBe(0)
  })

  it('tells of a call a day after the process was lost, if nobody could before', async () => {
    let now = 0
    const { records } = makeSharedStores({ clock: () => now }).stores
    const told: UnknownOutcome[] = []
    const hold = { onUnknown: (outcome: UnknownOutcome) => void told.push(outcome) }
    const begun = gate<void>()
    const run = () => {
      begun.open()
      return new Promise<never>(() => undefined)
    }
    const lost = await makeHeldScene({ stores: { records }, hold, run })
    now = lost.net.clock.now()
    void lost.poll(await lost.held(), await lost.granted())
    await begun.promise
    const next = await makeHeldScene({ stores: { records }, hold })
    next.net.clock.advance(86_000)
    now = next.net.clock.now()
    expect([await report(next), told.length]).toEqual([1, 1])
    expect(await next.route.recordOutcome(told[0]?.id as string, { status: 200 })).toBe(true)
  })

  it('tells of more calls than fit in a page', async () => {
    const { records } = makeSharedStores().stores
    const told: UnknownOutcome[] = []
    const hold = { maxResult: 1024, onUnknown: (outcome: UnknownOutcome) => void told.push(outcome) }
    const run = () => new Promise<never>(() => undefined)
    const trust = { personServers: ['https://ps.example'], agentProviders: 'any' } as const
    const lost = await makeHeldScene({ stores: { records }, hold, run, resource: { trust } })
    for (let owner = 0; owner < 11; owner += 1) {
      const agent = await lost.net.agent({ name: `agent-${owner}` })
      for (let i = 0; i < 10; i += 1) {
        const sub = `person-${owner}`
        const answer = await lost.pay(await agent.personToken({ sub }), { agent })
        const token = await agent.authToken({ scope: 'payments.make', sub })
        void lost.poll(answer.headers.location as string, token, { agent })
      }
    }
    await vi.waitFor(() => expect(lost.calls).toHaveLength(110), 60_000)
    const next = await makeHeldScene({ stores: { records }, hold })
    next.net.clock.advance(600)
    expect(await report(next)).toBe(110)
    expect(new Set(told.map(({ id }) => id)).size).toBe(110)
    expect(await report(next)).toBe(0)
  })

  it('rejects if the store fails, and tells later', async () => {
    const { next, shared, told } = await makeFleet()
    next.net.clock.advance(200)
    shared.fail(['records'], new Error('down'))
    await expect(report(next)).rejects.toMatchObject({ code: 'server_error' })
    shared.fail(['records'], undefined)
    expect([await report(next), told.length]).toEqual([1, 1])
  })

  it('is a mistake without managedAccess', async () => {
    const resource = createResource({ issuer, trust: 'any' })
    await expect(resource.managed.reportUnknownOutcomes()).rejects.toThrow('pass managedAccess()')
  })
})

describe('a held route', () => {
  it('tells of calls of lost processes beside other calls, polls and tokens that suffice', async () => {
    for (const send of [
      (scene: HeldScene) => scene.held({ params: { nonce: 'other' } }),
      async (scene: HeldScene, other: string) => scene.poll(other, await scene.person()),
      async (scene: HeldScene) => scene.pay(await scene.granted()),
    ]) {
      const { lost, next, told } = await makeFleet()
      const other = await lost.held({ params: { nonce: 'another' } })
      next.net.clock.advance(200)
      await send(next, other)
      await vi.waitFor(() => expect(told).toHaveLength(1))
    }
  })

  it('looks for them once in 150 seconds, and never for callers that are not verified', async () => {
    const { next, shared, location } = await makeFleet()
    const looks = () => shared.sent().filter((name) => name === 'records.list').length
    next.net.clock.advance(200)
    const before = looks()
    await next.poll(location, 'no token at all')
    await next.pay('no token at all')
    expect(looks() - before).toBe(0)
    for (let i = 0; i < 5; i += 1) await next.held({ params: { nonce: `${i}` } })
    await vi.waitFor(() => expect(looks() - before).toBe(1))
    next.net.clock.advance(149)
    await next.held({ params: { nonce: 'too early' } })
    expect(looks() - before).toBe(1)
    next.net.clock.advance(1)
    await next.held({ params: { nonce: 'in time' } })
    await vi.waitFor(() => expect(looks() - before).toBe(2))
  })

  it('answers although it cannot look for them', async () => {
    quiet()
    const { next, records } = await makeFleet()
    Object.assign(records, { list: () => Promise.reject(new Error('down')) })
    expect((await next.pay(await next.person(), { params: { nonce: 'other' } })).status).toBe(202)
  })
})
