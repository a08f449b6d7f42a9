import { createResource } from '@aauth-guard/core'
import { type RedisStoresOptions, redisStores, type Send } from '@aauth-guard/redis'
import { describe, expect, it } from 'vitest'

const send: Send = async () => null
const options = { issuer: 'https://notes.example', send }

/** Answers what servers say of themselves, without a server. */
function server(info: Record<string, string>, allowsInfo = true): RedisStoresOptions {
  const text = Object.entries(info).map(([name, value]) => `${name}:${value}`)
  const reply = ['# Server', ...text].join('\r\n')
  return {
    ...options,
    async send([command = '', ...args]) {
      if (command === 'INFO') return reply
      const isInfo = args.length === 3
      return isInfo ? [allowsInfo ? reply : null] : ['done']
    },
  }
}

describe('redisStores', () => {
  it.each([
    [{ issuer: '' }, '"issuer" is "": write the "issuer" of createResource'],
    [{ send: 'redis://localhost' }, '"send" is "redis://localhost": pass a function that sends a command'],
    [{ subscribe: {} }, '"subscribe" is {}: pass a function, or leave it out'],
    [{ prefix: 'a{b}' }, '"prefix" is "a{b}": write a text without braces'],
    [{ prefix: '' }, '"prefix" is "": write a text without braces'],
    [{ partitions: 0 }, '"partitions" is 0: write a whole number from 1 to 64'],
    [{ partitions: 65 }, '"partitions" is 65: write a whole number from 1 to 64'],
    [{ partitions: 1.5 }, '"partitions" is 1.5: write a whole number from 1 to 64'],
    [{ replicas: -1 }, '"replicas" is -1: write a whole number from 0 to 100'],
    [{ durable: 'yes' }, '"durable" is "yes": write true or false'],
    [{ whenEmpty: 'ignore' }, `"whenEmpty" is "ignore": write 'refuse' or 'begin'`],
    [{ limits: { replays: { max: 0 } } }, '"limits.replays.max" is 0: write a whole number of at least 1'],
    [{ limits: { tombstones: { maxPerIssuer: 1 } } }, '"limits.tombstones.maxPerIssuer" is 1: remove it'],
  ])('refuses %j', (wrong, message) => {
    expect(() => redisStores({ ...options, ...(wrong as object) })).toThrow(message)
  })

  it('says that records are durable only if it is told so', () => {
    const durable = [undefined, false, true].map((told) => redisStores({ ...options, durable: told }))
    expect(durable.map(({ stores }) => stores.records.durable)).toEqual([false, false, true])
  })

  it('makes stores that createResource takes', () => {
    const { stores } = redisStores({ ...options, limits: { replays: { maxPerKey: undefined } } as object })
    createResource({ issuer: options.issuer, trust: 'any', stores })
  })
})

describe('ready', () => {
  const redis = { redis_version: '7.0.0', role: 'master', maxmemory_policy: 'noeviction', aof_enabled: '1' }
  const valkey = { ...redis, server_name: 'valkey', valkey_version: '7.2.5' }

  it.each([true, false])('reports the server, whether or not scripts may ask (%s)', async (allowsInfo) => {
    const report = { server: 'redis', version: '7.0.0', appendOnly: true }
    expect(await redisStores(server(redis, allowsInfo)).ready()).toEqual(report)
    const other = { server: 'valkey', version: '7.2.5', appendOnly: false }
    expect(await redisStores(server({ ...valkey, aof_enabled: '0' }, allowsInfo)).ready()).toEqual(other)
  })

  it('refuses to be durable where the server appends nothing to a file', async () => {
    const told = { ...server({ ...redis, aof_enabled: '0' }), durable: true }
    await expect(redisStores(told).ready()).rejects.toThrow(
      '"durable" is true, but the server does not append',
    )
    await expect(redisStores({ ...server(redis), durable: true }).ready()).resolves.toBeDefined()
  })

  it('does not ask for what hosted servers keep to themselves', async () => {
    const report = { server: 'redis', version: '8.0.1', appendOnly: undefined }
    expect(await redisStores(server({ redis_version: '8.0.1' })).ready()).toEqual(report)
  })

  it.each([
    [{ ...redis, role: 'slave' }, 'the server is a slave: connect to the master'],
    [{ ...redis, redis_version: '6.2.14' }, 'the server is redis "6.2.14": use version 7.0 or later'],
    [{ ...valkey, valkey_version: '7.1.9' }, 'the server is valkey "7.1.9": use version 7.2 or later'],
    [{ role: 'master' }, 'the server is redis "": use version 7.0 or later'],
    [{ ...redis, maxmemory_policy: 'allkeys-lfu' }, '"maxmemory-policy" is "allkeys-lfu"'],
  ])('refuses %j', async (info, message) => {
    await expect(redisStores(server(info)).ready()).rejects.toThrow(message)
  })
})
