import type { RedisStores } from '@aauth-guard/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawSeed } from '../../../scripts/property-runs.ts'
import { absent, type Scene, startScene } from './redis-scene.ts'

const window = 60
/** Seconds of one step, by which marks are counted. */
const step = (2 * window + 120) / 8

describe.skipIf(absent !== undefined)(`counted marks ${absent ?? ''}`, () => {
  let scene: Scene
  let own: RedisStores
  beforeAll(async () => {
    scene = await startScene()
    scene.clock.freeze()
  })
  afterAll(() => scene.close())

  const mark = async (fingerprint: string, until: number): Promise<unknown> =>
    own.stores.replays.mark({
      issuer: 'https://s.example',
      owner: 'k',
      fingerprint,
      until,
      window,
      listed: false,
    })

  it('are never fewer than there are, nor more than one step ago', async () => {
    own = await scene.prepared()
    const random = randomFrom(drawSeed())
    const endings: number[] = []
    for (let index = 0; index < 600; index += 1) {
      const now = scene.clock.now()
      // Clocks of agents and processes differ.
      const until = now + Math.floor(random() * 3 * window) - window / 2
      expect(await mark(`print-${index}`, until)).toBe('first')
      endings.push(until + 60)
      const keys = (await scene.admin.keys('*:marks:*')).filter((key) => key.includes(':marks:'))
      expect(keys).toHaveLength(3)
      for (const key of keys) {
        const counts = await scene.admin.hgetall(key)
        const total = Number(counts.total)
        expect(total).toBeGreaterThanOrEqual(endings.filter((ending) => ending > now).length)
        expect(total).toBeLessThanOrEqual(endings.filter((ending) => ending + step > now).length)
        // The total and the lowest step, and one of each step.
        expect(Object.keys(counts).length).toBeLessThanOrEqual(2 + 10)
      }
      scene.clock.advance(Math.floor(random() * 3))
    }
  })

  it('leave nothing behind when they are over', async () => {
    await scene.admin.flushall()
    own = await scene.prepared()
    for (let index = 0; index < 50; index += 1) await mark(`print-${index}`, scene.clock.now() + index)
    scene.clock.advance(window + 60 + step)
    expect(await scene.admin.keys('*:mark*')).toEqual([expect.stringContaining('marker')])
  })

  it('of processes with other windows are counted alike', async () => {
    own = await scene.prepared({ limits: { replays: { maxPerKey: 5 } } })
    const now = scene.clock.now()
    const calls = [60, 300, 30, 300, 60].map((own_, index) => ({
      window: own_,
      fingerprint: `print-${index}`,
    }))
    const all = { issuer: 'https://l.example', owner: 'k', until: now + 20, listed: true }
    for (const call of calls) expect(await own.stores.replays.mark({ ...all, ...call })).toBe('first')
    expect(await own.stores.replays.mark({ ...all, window, fingerprint: 'over' })).toBe('full')
    scene.clock.advance(20 + 60 + (2 * 300 + 120) / 8)
    const later = { ...all, until: scene.clock.now() + 20, window, fingerprint: 'over' }
    expect(await own.stores.replays.mark(later)).toBe('first')
  })
})

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
