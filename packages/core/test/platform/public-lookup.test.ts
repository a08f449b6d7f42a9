import type { LookupAddress, LookupAllOptions } from 'node:dns'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { publicLookup, RefusedAddress } from '../../src/platform/egress.ts'

/** What the resolver will answer; real ones cannot be made to give these answers on a test machine. */
let answer: Error | LookupAddress[] = []
const asked: { hostname: string; options: LookupAllOptions }[] = []
vi.mock('node:dns', () => ({
  lookup: (
    hostname: string,
    options: LookupAllOptions,
    callback: (error: Error | null, found?: LookupAddress[]) => void,
  ) => {
    asked.push({ hostname, options })
    if (answer instanceof Error) callback(answer)
    else callback(null, answer)
  },
}))
beforeEach(() => {
  asked.length = 0
})

const good: LookupAddress = { address: '8.8.8.8', family: 4 }
const good6: LookupAddress = { address: '2606:4700:4700::1111', family: 6 }
const bad: LookupAddress = { address: '127.0.0.1', family: 4 }

const lookup = (all: boolean) =>
  new Promise<unknown>((resolve) => {
    publicLookup('host.example', { all }, (error, address, family) => resolve(error ?? { address, family }))
  })

describe.each([true, false])('the lookup of a connection, all: %s', (all) => {
  it('gives the addresses that it checked, asking once [I03]', async () => {
    answer = [good6, good]
    expect(await lookup(all)).toEqual(
      all ? { address: [good6, good], family: undefined } : { address: good6.address, family: 6 },
    )
    expect(asked.map(({ hostname }) => hostname)).toEqual(['host.example'])
  })

  it('always asks for every address, so that none is overlooked [I02]', async () => {
    answer = [good]
    await lookup(all)
    expect(asked[0]?.options.all).toBe(true)
  })

  const spoiled: readonly (readonly [order: string, found: LookupAddress[]])[] = [
    ['alone', [bad]],
    ['first', [bad, good]],
    ['last', [good, bad]],
    ['between', [good, bad, good6]],
    ['in the other family', [good, { address: '::1', family: 6 }]],
  ]
  it.each(spoiled)('refuses an answer with one bad address %s [R11-128, I01, I02]', async (_order, found) => {
    answer = found
    expect(await lookup(all)).toBeInstanceOf(RefusedAddress)
  })

  it('refuses an answer without addresses', async () => {
    answer = []
    expect(await lookup(all)).toBeInstanceOf(RefusedAddress)
  })

  it('passes on what the resolver says went wrong [I31]', async () => {
    answer = Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
    expect(await lookup(all)).toBe(answer)
  })
})
