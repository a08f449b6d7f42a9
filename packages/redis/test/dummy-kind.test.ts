import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation, RedisKind } from '../src/kind.ts'
import { revocationKind } from '../src/kinds/revocations.ts'
import { makeStores } from '../src/make-stores.ts'
import { hashed } from '../src/names.ts'
import { absent, type Scene, startScene } from './redis-scene.ts'

interface VisitStore {
  add(visitor: string): Promise<number>
  count(visitor: string): Promise<number>
}

const add: Operation = {
  lua: `
local count = redis.call('HINCRBY', keys[1], args[1], 1)
publish('["visited",{"count":' .. count .. '}]')
return count`,
}
const count: Operation = {
  lua: `return tonumber(redis.call('HGET', keys[1], args[1]) or 0) + args[2]`,
}

/** A kind of state that nothing else knows of. */
const visitKind: RedisKind<VisitStore, { readonly extra: number }> = {
  limits: { extra: 100 },
  reads: [count],
  store({ limits, partition, read, write }) {
    const call = (visitor: string, ...args: number[]) => {
      const part = partition(visitor)
      return { partition: part, keys: [part.key('visits')], args: [hashed(visitor), ...args] }
    }
    return {
      add: async (visitor) => Number(await write(add, call(visitor))),
      count: async (visitor) => Number(await read(count, call(visitor, limits.extra))),
    }
  },
}

describe.skipIf(absent !== undefined)(`a kind of state in one file ${absent ?? ''}`, () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene()
  })
  afterAll(() => scene.close())

  it('has a store with limits, markers, readiness and gathered reads, beside another kind', async () => {
    const sent: string[] = []
    const send = scene.connect()
    const { stores, prepare } = makeStores(
      { revocations: revocationKind, visits: visitKind },
      {
        issuer: 'https://notes.example',
        send: (args, key) => {
          sent.push(args[0] as string)
          return send(args, key)
        },
      },
      { visits: { extra: 1 } },
    )
    await expect(stores.visits.add('one')).rejects.toThrow('the data is missing')
    await prepare()
    expect([await stores.visits.add('one'), await stores.visits.add('one')]).toEqual([1, 2])
    await stores.visits.ready()
    sent.length = 0
    const looked = [
      stores.visits.count('one'),
      stores.revocations.find({ iss: 'https://ps.example', jti: 'one' }),
      stores.visits.count('two'),
    ]
    expect(await Promise.all(looked)).toEqual([3, { revoked: false }, 1])
    expect(sent).toEqual(['EVALSHA'])
    expect(await stores.visits.now()).toBeGreaterThan(0)
  })

  it('refuses limits that it does not have', () => {
    const make = (limits: object) => () =>
      makeStores(
        { visits: visitKind },
        { issuer: 'https://notes.example', send: scene.connect() },
        {
          visits: limits,
        },
      )
    expect(make({ many: 1 })).toThrow('"limits.visits.many" is 1: remove it')
    expect(make({ extra: 0 })).toThrow('"limits.visits.extra" is 0: write a whole number')
  })
})
