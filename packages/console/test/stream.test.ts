import { mission } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { openScene, openWarmScene, readEvents } from './scene.ts'

/** Intervals that are short, so that tests need not wait; what they assert is what is sent, never when. */
const fast = { poll: 5, snapshot: 20, point: 5, comment: 10 } as const
const often = { settings: fast }

describe('a stream', () => {
  it('carries decisions and what happens beside them, as they happen, with ids that rise', async () => {
    const { get, agent, call, refusal, resource } = await openWarmScene(often)
    const events = readEvents((await get('/events')).body)
    const decision = () => events.until(({ event }) => event === 'decision')
    await call(await agent.authToken())
    const first = await decision()
    await refusal(await agent.authToken(), { mistake: 'stale' })
    const second = await decision()
    await resource.missions.terminate(mission)
    const third = await events.until(({ event }) => event === 'happening')
    expect([first, second, third]).toMatchObject([
      { data: { seq: 2, outcome: 'accepted', explanation: { operator: 'Nothing.' } } },
      { data: { seq: 3, code: 'invalid_signature' } },
      { data: { type: 'aauth.mission_terminated.v1' } },
    ])
    const ids = [first, second, third].map((sent) => Number(sent?.id))
    expect(ids).toEqual([0, 1, 2].map((i) => (ids[0] as number) + i))
    await events.cancel()
  })

  it('carries snapshots, seconds of the series and comments', async () => {
    const { get, resource } = await openScene(often)
    const events = readEvents((await get('/events')).body)
    const snapshot = await events.until(({ event }) => event === 'snapshot')
    const point = await events.until(({ event }) => event === 'point')
    await events.until(() => events.text().includes('\n: still here\n\n'))
    expect(snapshot?.data).toMatchObject({ type: 'aauth.snapshot.v1', issuer: resource.issuer })
    expect(point?.data).toMatchObject({ accepted: 0, p50: null, routes: {}, codes: {} })
    await events.cancel()
  })

  it.each(['last-event-id', 'after'])('goes on behind the event that %s names', async (how) => {
    const { get, agent, call, state } = await openWarmScene(often)
    const { lastEventId } = await state()
    for (let i = 0; i < 5; i += 1) await call(await agent.authToken())
    const id = `${lastEventId + 2}`
    const response =
      how === 'after' ? await get(`/events?after=${id}`) : await get('/events', { 'last-event-id': id })
    const events = readEvents(response.body)
    const seqs = []
    for (let i = 0; i < 3; i += 1) seqs.push((await events.until(({ event }) => event === 'decision'))?.data)
    expect(seqs).toMatchObject([{ seq: 4 }, { seq: 5 }, { seq: 6 }])
    expect(events.text()).not.toContain('event: reset')
    await events.cancel()
  })

  it.each([
    ['was dropped meanwhile', (last: number) => `${last + 1}`],
    ['a process before this one gave', () => '17'],
    ['was not given yet', (last: number) => `${last + 1000}`],
    ['is not a number', () => 'x'],
    ['is larger than all numbers', () => '9'.repeat(400)],
    ['is negative', () => '-1'],
  ])('begins with a reset for a last event that %s', async (_, idOf) => {
    const { get, agent, call, state } = await openWarmScene({ settings: { ...fast, queue: 3 } })
    const { lastEventId } = await state()
    for (let i = 0; i < 5; i += 1) await call(await agent.authToken())
    const events = readEvents((await get('/events', { 'last-event-id': idOf(lastEventId) })).body)
    expect(await events.next()).toEqual({ event: 'reset', id: `${lastEventId + 5}`, data: {} })
    await call(await agent.authToken())
    const next = await events.until(({ event }) => event === 'decision')
    expect(next?.data).toMatchObject({ seq: 7 })
    await events.cancel()
  })

  it('ends with its reason after its life, when the console closes, and where there are too many', async () => {
    const { console, get } = await openScene({ settings: { poll: 5, streams: 2, life: 40 } })
    const goodbye = async () =>
      (await readEvents((await get('/events')).body).until(({ event }) => event === 'goodbye'))?.data
    expect(await goodbye()).toEqual({ reason: 'renew' })
    const open = [await get('/events'), await get('/events')]
    expect(await goodbye()).toEqual({ reason: 'full' })
    for (const { body } of open) await body?.cancel()
    const last = goodbye()
    await new Promise((resolve) => setTimeout(resolve))
    console.close()
    expect(await last).toEqual({ reason: 'closing' })
  })

  it('leaves room for 16 streams, and for another one once one has gone', async () => {
    const { get } = await openScene()
    const open = await Promise.all(Array.from({ length: 16 }, () => get('/events')))
    const isFull = async () => {
      const events = readEvents((await get('/events')).body)
      const first = await Promise.race([events.next(), new Promise((resolve) => setTimeout(resolve, 20))])
      await events.cancel()
      return first !== undefined
    }
    expect(await isFull()).toBe(true)
    await get('/events', {}, 'HEAD')
    await open[3]?.body?.cancel()
    expect(await isFull()).toBe(false)
    for (const [i, { body }] of open.entries()) if (i !== 3) await body?.cancel()
  })

  it('is closed when it is not read, and then fails, so that adapters end the connection', async () => {
    const { get } = await openScene({ settings: { poll: 5, point: 5, unread: 10, farewell: 10, streams: 1 } })
    const { body } = await get('/events')
    await expect((body as ReadableStream).getReader().closed).rejects.toThrow('the stream was not read')
    const events = readEvents((await get('/events')).body)
    expect((await events.next())?.event).toBe('point')
    await events.cancel()
  })

  it('says goodbye to a reader that is more than the queue behind, in place of what it missed', async () => {
    const { get, agent, call } = await openScene({ settings: { poll: 5, queue: 10 } })
    const { body } = await get('/events')
    const token = await agent.authToken()
    for (let i = 0; i < 20; i += 1) await call(token)
    // A timer that is due later than the one by which the stream looks, so it has looked since.
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await readEvents(body).next()).toEqual({
      event: 'goodbye',
      id: undefined,
      data: { reason: 'slow' },
    })
  })

  it('says how many decisions it shows of how many, above 200 a second', async () => {
    const { get, agent, call, state } = await openScene(often)
    const events = readEvents((await get('/events')).body)
    const token = await agent.authToken()
    let isFound = false
    const flood = async () => {
      while (!isFound) await Promise.all(Array.from({ length: 50 }, () => call(token)))
    }
    const flooding = flood()
    const sampled = await events.until(({ event }) => event === 'sampled')
    isFound = true
    await flooding
    expect(sampled?.data).toEqual({ shown: expect.any(Number), of: expect.any(Number) })
    const { series, sampled: total } = await state()
    // All are counted.
    expect(series.points.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(total.of)
    await events.cancel()
  })
})
