import type { LookupAddress } from 'node:dns'
import { type NameAnswer, startNameServer } from '@aauth-guard/fixtures/name-server'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { RefusedAddress } from '../../src/platform/public-address.ts'
import { publicLookup } from '../../src/platform/public-lookup.ts'

/** The answer of the name server; real ones cannot be made to give these answers. */
let answer: NameAnswer = []
let server = await startNameServer(() => answer)
afterEach(async () => {
  await server.close()
  server = await startNameServer(() => answer)
})
afterAll(() => server.close())

const good = '8.8.8.8'
const good6 = '2606:4700:4700::1111'
const bad = '127.0.0.1'

const lookup = (all: boolean, signal?: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    const look = publicLookup({ signal, nameServers: [server.address] })
    look('host.example', { all }, (error, address, family) => resolve(error ?? { address, family }))
  })

describe.each([true, false])('the look-up of a connection (all: %s)', (all) => {
  it('returns the addresses that it checked, with one query for each family [I03]', async () => {
    answer = [good6, good]
    expect(await lookup(all)).toEqual(
      all
        ? {
            address: [
              { address: good, family: 4 },
              { address: good6, family: 6 },
            ],
            family: undefined,
          }
        : { address: good, family: 4 },
    )
    expect(server.asked.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
      'host.example A',
      'host.example AAAA',
    ])
  })

  it('returns the addresses of one family when there are none of the other', async () => {
    answer = [good6]
    const found = { address: good6, family: 6 }
    expect(await lookup(all)).toEqual(all ? { address: [found], family: undefined } : found)
  })

  const spoiled: readonly (readonly [order: string, found: string[]])[] = [
    ['alone', [bad]],
    ['first', [bad, good]],
    ['last', [good, bad]],
    ['between', [good, bad, '1.1.1.1']],
    ['in the other family', [good, '::1']],
    ['of the host of one cloud', [good, '168.63.129.16']],
    ['after more addresses than are dialled', [...Array(20).fill(good), bad]],
  ]
  it.each(spoiled)(
    'refuses an answer with one forbidden address %s [R11-128, I01, I02]',
    async (_order, found) => {
      answer = found
      expect(await lookup(all)).toBeInstanceOf(RefusedAddress)
    },
  )

  it.each([
    ['unknown', 'ENOTFOUND'],
    ['broken', 'ESERVFAIL'],
  ] as const)('rejects when the name is %s: %s [I31]', async (said, code) => {
    answer = said
    expect(await lookup(all)).toMatchObject({ code })
  })

  it('rejects when the name has no addresses [I31]', async () => {
    answer = []
    expect(await lookup(all)).toMatchObject({ code: 'ENODATA' })
  })
})

describe('a look-up whose name server is silent', () => {
  it('ends when its deadline passes [I31]', async () => {
    answer = 'silent'
    const deadline = new AbortController()
    const looking = lookup(true, deadline.signal)
    while (server.asked.length < 2) await new Promise((resolve) => setImmediate(resolve))
    deadline.abort()
    expect(await looking).toMatchObject({ code: 'ECANCELLED' })
  })

  it('ends at once when its deadline has already passed [I31]', async () => {
    answer = 'silent'
    expect(await lookup(true, AbortSignal.abort())).toMatchObject({ code: 'ECANCELLED' })
  })
})

describe('an answer with many addresses', () => {
  it('returns 16 of them [I31]', async () => {
    answer = Array.from({ length: 28 }, (_, n) => `8.8.8.${n + 1}`)
    const { address } = (await lookup(true)) as { address: LookupAddress[] }
    expect(address.map((found) => found.address)).toEqual(answer.slice(0, 16))
  })
})
