import type { MissionAnswer } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { makeProcesses, type Processes, until } from './processes.ts'
import { active, down, gate, settled, terminated, type WatchedWorld } from './watched.ts'

useFakeTimeouts()
let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)

/** Time in which waiting processes look for the answer of the one that queries the source. */
async function look(milliseconds = 100): Promise<void> {
  clock.advance(milliseconds)
  await vi.advanceTimersByTimeAsync(milliseconds)
  await settled()
}

/** Five processes that are asked for the same mission at once; one of them queries the source, which does not answer yet. */
async function makeWaiting() {
  const fleet = await makeProcesses(5)
  const answer = gate<MissionAnswer>()
  fleet.says(() => answer.promise)
  const outcomes = fleet.processes.map(({ post }) => post())
  const claims = () => fleet.shared.sent().filter((name) => name === 'statuses.claim').length
  await until(() => claims() === 5 && sum(fleet.asked()) === 1)
  await look()
  return { ...fleet, answer, outcomes: () => Promise.all(outcomes) }
}

describe('processes that share statuses', () => {
  it.each<[string, (answer: Awaited<ReturnType<typeof makeWaiting>>['answer']) => void, string]>([
    ['"active"', ({ open }) => open(active), '200'],
    ['"terminated"', ({ open }) => open(terminated), '403 mission_terminated'],
    ['that fails', ({ fail }) => fail(new Error('down')), '503 server_error 3'],
  ])('query the source once for all, and take its answer %s [MISS-9]', async (_, say, expected) => {
    const { answer, outcomes, asked } = await makeWaiting()
    say(answer)
    await settled()
    await look()
    expect(new Set(await outcomes())).toEqual(new Set([expected]))
    expect(sum(asked())).toBe(1)
  })

  it('do not query it again while the answer is fresh', async () => {
    const { processes, asked, pass } = await makeProcesses(3)
    for (const { post } of processes) expect(await post()).toBe('200')
    pass(19)
    for (const { post } of processes) expect(await post()).toBe('200')
    expect(asked()).toEqual([1, 0, 0])
  })

  it('renew it once, while it is still fresh', async () => {
    const { processes, asked, pass } = await makeProcesses(3)
    for (const { post } of processes) await post()
    pass(21)
    for (const { post } of processes) expect(await post()).toBe('200')
    await settled()
    expect(asked()).toEqual([2, 0, 0])
  })

  it('use it for a second less than activeTtl, since it takes time on its way', async () => {
    const { processes, says, pass } = await makeProcesses(2)
    const [here, there] = processes as [WatchedWorld, WatchedWorld]
    await here.post()
    says(down)
    pass(28)
    expect(await there.post()).toBe('200')
    await settled()
    pass(1)
    expect(await there.post()).toMatch(/^503 server_error/)
  })

  it('share a failure, so that the source is not queried by all of them [MISS-9]', async () => {
    const { processes, says, asked, pass } = await makeProcesses(3)
    says(down)
    for (const { post } of processes) expect(await post()).toBe('503 server_error 3')
    expect(asked()).toEqual([1, 0, 0])
    says(() => active)
    pass(3)
    expect(await processes[2]?.post()).toBe('200')
    expect(asked()).toEqual([1, 0, 1])
  })

  it('share the number of failures, so that the pauses grow', async () => {
    const { processes, says, pass } = await makeProcesses(2)
    const [here, there] = processes as [WatchedWorld, WatchedWorld]
    says(down)
    expect(await here.post()).toBe('503 server_error 3')
    pass(3)
    expect(await there.post()).toBe('503 server_error 4')
  })
})

describe('a process that waits for another one', () => {
  /** The first process queries the source, and does not come back. */
  async function makeStuck(): Promise<Processes & { there: WatchedWorld; waiting: Promise<string> }> {
    const fleet = await makeProcesses(2)
    const [here, there] = fleet.processes as [WatchedWorld, WatchedWorld]
    here.says(() => new Promise(() => undefined))
    const stuck = here.nextAsked()
    here.post().catch(() => undefined)
    await stuck
    fleet.shared.events.splice(0)
    const waiting = there.post()
    await until(() => fleet.shared.sent().includes('statuses.claim'))
    await settled()
    return { ...fleet, there, waiting }
  }

  it('looks every 100 ms, and takes over once the claim has expired [MISS-9]', async () => {
    const { shared, asked, pass, waiting } = await makeStuck()
    await look(99)
    expect(shared.sent().filter((name) => name === 'statuses.claim')).toHaveLength(1)
    await look(1)
    expect(shared.sent().filter((name) => name === 'statuses.claim')).toHaveLength(2)
    expect(asked()).toEqual([1, 0])
    // A second of the source, and half a second in which its answer can be recorded.
    pass(1)
    await look()
    expect(asked()).toEqual([1, 0])
    pass(1)
    await look()
    expect(await waiting).toBe('200')
    expect(asked()).toEqual([1, 1])
  })

  it('gives up after the deadline of the source, and records nothing', async () => {
    const { shared, there, waiting } = await makeStuck()
    await look(1000)
    expect(await waiting).toBe('503 server_error 3')
    expect(there.refusals[0]?.hint).toContain('the process that queries the source has no answer yet')
    expect(shared.memories.statuses.get({ ...mission, listed: false })).toBeUndefined()
  })

  it('hears of a termination that a third process records [MISS-9]', async () => {
    const { shared, waiting } = await makeStuck()
    shared.memories.tombstones.add({ ...mission, listed: false })
    await look()
    expect(await waiting).toBe('403 mission_terminated')
  })
})
