import { noClockShift, shiftableClock } from '@aauth-guard/fixtures/clock-shift'
import { noRedis, startRedis } from '@aauth-guard/fixtures/redis-server'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'

const absent = noRedis ?? noClockShift

describe.skipIf(absent !== undefined)(`the servers of these tests ${absent ?? ''}`, () => {
  it('judge by a clock that tests set', async () => {
    const clock = shiftableClock()
    const server = await startRedis({ clock })
    const client = await createClient({ url: server.url }).connect()
    try {
      const time = async (): Promise<number> => Number((await client.sendCommand<string[]>(['TIME']))[0])
      await client.set('key', 'value', { EX: 1000 })
      const before = await time()
      clock.advance(999)
      expect(await client.exists('key')).toBe(1)
      clock.advance(3600)
      expect((await time()) - before).toBeGreaterThanOrEqual(4599)
      expect(await client.exists('key')).toBe(0)
      clock.advance(-10 * 31_536_000)
      expect(await time()).toBeLessThan(before - 9 * 31_536_000)
    } finally {
      client.destroy()
      await server.close()
      clock.close()
    }
  })

  it('keep what they acknowledged when they are killed and started again', async () => {
    const server = await startRedis({ appendOnly: true })
    try {
      const first = await createClient({ url: server.url })
        .on('error', () => undefined)
        .connect()
      await first.set('key', 'value')
      first.destroy()
      await server.restart()
      const second = await createClient({ url: server.url }).connect()
      expect(await second.get('key')).toBe('value')
      second.destroy()
    } finally {
      await server.close()
    }
  })
})
