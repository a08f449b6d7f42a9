import type { RevocationListener, TombstoneListener } from '@aauth-guard/core'
import type { RedisStores } from '@aauth-guard/redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import { connectIoredis, ioredis } from './adapters/ioredis.ts'
import { absent, type Scene, startScene } from './redis-scene.ts'

type Heard = { readonly [Name in keyof RevocationListener]: Mock } & { readonly onTerminated: Mock }

const iss = 'https://ps.example'
const patience = { timeout: 60_000 }
const nothing = (): void => undefined

describe.skipIf(absent !== undefined)(`a subscription ${absent ?? ''}`, () => {
  let scene: Scene
  let client: ReturnType<typeof connectIoredis>
  let own: RedisStores
  let heard: Heard
  let end: () => void

  /** A second of the process: the server and its clients are real, the heart is beaten by hand. */
  const beat = (): void => {
    vi.advanceTimersByTime(1000)
  }
  /** Lets what was sent before arrive. */
  const settle = async (): Promise<void> => {
    await Promise.all([client.ping(), scene.admin.ping()])
  }
  const hears = async (jti: string): Promise<void> => {
    await own.stores.revocations.add({ iss, jti, exp: 9e9, listed: true })
    await vi.waitFor(() => expect(heard.onRevoked).toHaveBeenCalledWith({ iss, jti }), patience)
  }
  const isHeard = async (listener: { readonly onSubscribed: Mock } = heard): Promise<void> => {
    await vi.waitFor(() => expect(listener.onSubscribed).toHaveBeenCalled(), patience)
    listener.onSubscribed.mockClear()
  }

  beforeAll(async () => {
    scene = await startScene()
    client = connectIoredis(scene.server.url).on('error', nothing)
    await new Promise((resolve) => client.once('ready', resolve))
  })
  afterAll(async () => {
    client.disconnect()
    await scene.close()
  })
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    own = await scene.prepared(ioredis(client))
    heard = {
      onRevoked: vi.fn(),
      onPurged: vi.fn(),
      onLost: vi.fn(),
      onSubscribed: vi.fn(),
      onTerminated: vi.fn(),
    }
    end = own.stores.revocations.subscribe?.(heard) ?? nothing
    await isHeard()
  })
  afterEach(() => {
    end()
    own.close()
    vi.useRealTimers()
  })

  it('hears revocations, purges and terminations, each by its listener', async () => {
    const tombstones: TombstoneListener = { ...heard, onLost: nothing, onSubscribed: nothing }
    own.stores.tombstones.subscribe?.(tombstones)
    const mission = { approver: iss, s256: 'one' }
    await own.stores.tombstones.add({ ...mission, reason: 'revoked', listed: true })
    await own.stores.revocations.add({ iss, jti: 'one', exp: 9e9, mission, listed: true })
    const purgedAt = await own.stores.revocations.purge({ iss, listed: true })
    await vi.waitFor(() => expect(heard.onPurged).toHaveBeenCalledWith({ iss, purgedAt }), patience)
    expect(heard.onRevoked.mock.calls).toEqual([[{ iss, jti: 'one', mission }]])
    expect(heard.onTerminated.mock.calls).toEqual([[{ ...mission, reason: 'revoked' }]])
    expect(heard.onLost).not.toHaveBeenCalled()
  })

  it('hears nothing of what was refused or was recorded before', async () => {
    const few = await scene.prepared({ ...ioredis(client), limits: { tombstones: { maxPerServer: 1 } } })
    few.stores.tombstones.subscribe?.({ ...heard, onSubscribed: nothing })
    few.stores.revocations.subscribe?.(heard)
    await isHeard()
    const add = (s256: string, reason?: string): unknown =>
      few.stores.tombstones.add({ approver: iss, s256, reason, listed: true })
    expect([await add('one'), await add('one', 'again'), await add('two')]).toEqual([
      'recorded',
      'recorded',
      'full',
    ])
    const last = { iss, jti: 'last' }
    await few.stores.revocations.add({ ...last, exp: 9e9, listed: true })
    await vi.waitFor(() => expect(heard.onRevoked).toHaveBeenCalledWith(last), patience)
    expect(heard.onTerminated.mock.calls).toEqual([[{ approver: iss, s256: 'one' }]])
    few.close()
  })

  it('is not lost while its heartbeats are heard', async () => {
    for (let second = 0; second < 20; second += 1) {
      beat()
      await settle()
    }
    await hears('one')
    expect(heard.onLost).not.toHaveBeenCalled()
  })

  it('is lost, and made again, when its connection breaks', async () => {
    await scene.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitFor(() => expect(heard.onLost).toHaveBeenCalledWith('connection closed'), patience)
    await isHeard()
    await hears('one')
    expect(heard.onLost).toHaveBeenCalledTimes(1)
  })

  it('is lost once a second from the third second on while the server has stopped, without any event', async () => {
    scene.server.stop()
    try {
      const lost: number[] = []
      for (let second = 0; second < 5; second += 1) {
        beat()
        lost.push(heard.onLost.mock.calls.length)
      }
      expect(lost).toEqual([0, 0, 1, 2, 3])
      expect(heard.onLost).toHaveBeenLastCalledWith('4 heartbeats in a row were not heard')
      expect(heard.onSubscribed).not.toHaveBeenCalled()
    } finally {
      scene.server.cont()
    }
    await isHeard()
    await hears('one')
    heard.onLost.mockClear()
    for (let second = 0; second < 5; second += 1) {
      beat()
      await settle()
    }
    await hears('two')
    expect(heard.onLost).not.toHaveBeenCalled()
  })

  it('tells a listener that it is heard which joins later', async () => {
    const joined = { ...heard, onSubscribed: vi.fn() }
    own.stores.tombstones.subscribe?.(joined)
    expect(joined.onSubscribed).not.toHaveBeenCalled()
    await isHeard(joined)
    own.stores.tombstones.subscribe?.(joined)?.()
    await settle()
    expect(joined.onSubscribed).not.toHaveBeenCalled()
  })

  it('is lost when it hears what it cannot read', async () => {
    const [channel = ''] = (await scene.admin.pubsub('CHANNELS', '*:changes')) as string[]
    for (const message of ['', 'x', '[]', '{}', '["revoked"]', '["revoked",null]', '[1,{}]']) {
      heard.onLost.mockClear()
      await scene.admin.publish(channel, message)
      await vi.waitFor(
        () => expect(heard.onLost).toHaveBeenCalledWith('a message could not be read'),
        patience,
      )
    }
    await scene.admin.publish(channel, '["of another version",{}]')
    await hears('one')
  })

  it('is made once for all listeners, and ended with the last of them', async () => {
    const other = own.stores.revocations.subscribe?.(heard)
    const third = own.stores.tombstones.subscribe?.(heard)
    const channels = async (): Promise<number> => ((await scene.admin.pubsub('CHANNELS')) as string[]).length
    expect(await channels()).toBe(2)
    end()
    other?.()
    await settle()
    expect(await channels()).toBe(2)
    third?.()
    await vi.waitFor(async () => expect(await channels()).toBe(0), patience)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is ended by close', async () => {
    own.close()
    await vi.waitFor(async () => expect(await scene.admin.pubsub('CHANNELS')).toEqual([]), patience)
    expect(vi.getTimerCount()).toBe(0)
    await own.stores.revocations.find({ iss, jti: 'one' })
  })

  it('is not offered without the option', () => {
    const { stores } = scene.stores()
    expect([stores.revocations.subscribe, stores.tombstones.subscribe]).toEqual([undefined, undefined])
  })
})
