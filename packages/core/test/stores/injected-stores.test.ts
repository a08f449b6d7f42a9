import type { FoundRevocation, ReplayMark, ReplayStore, Stores } from '@aauth-guard/core'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { claimsOf, makeRevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ReplayMemory } from '../../src/stores/replay-store.ts'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { revocationsWith } from './revocations-with.ts'

/** The in-process stores behind promises, as a fleet has them. */
function late(): Stores {
  const revocations = new RevocationMemory(100, 10, () => now)
  const replays = new ReplayMemory({ max: 100, maxPerIssuer: 100, maxPerKey: 10 }, () => now)
  return {
    revocations: {
      find: async (...asked) => revocations.find(...asked),
      add: async (...added) => revocations.add(...added),
      purge: async (...purged) => revocations.purge(...purged),
    },
    replays: { mark: async (...marked) => replays.mark(...marked) },
  }
}

describe('asynchronous stores', () => {
  it('are shared: what one process records, another refuses [K20, REV-9]', async () => {
    const stores = late()
    const [one, other] = [await makeRevocationWorld({ stores }), await makeRevocationWorld({ stores })]
    const token = await one.agent.personToken()
    expect(await other.verdict(token)).toBe('accepted')
    await one.post(claimsOf(token))
    expect(await other.verdict(token)).toBe('revoked_jwt')
  })

  it('are called for every request, even for a known token [REV-9, JWT-19]', async () => {
    const asked: string[] = []
    const revocations = revocationsWith({
      revoked: async ({ iss, jti }) => {
        asked.push(`${iss} ${jti}`)
        return false
      },
    })
    const world = await makeRevocationWorld({ stores: { revocations } })
    const token = await world.agent.personToken()
    await world.verdict(token)
    await world.verdict(token)
    const key = `https://ps.example ${claimsOf(token).jti}`
    expect(asked).toEqual([key, key])
  })

  it('make a signature refused that was used in another process [REPLAY-1]', async () => {
    const stores = late()
    const [one, other] = [await makeRevocationWorld({ stores }), await makeRevocationWorld({ stores })]
    const token = await one.agent.personToken()
    const call = { method: 'POST', params: { nonce: 'n' }, requirement: personRoute }
    await one.call(token, call)
    expect((await other.refusal(token, call)).code).toBe('invalid_signature')
  })

  it('get the signer of a signature and the time until which it is fresh [REPLAY-2]', async () => {
    const marks: ReplayMark[] = []
    const replays: ReplayStore = {
      mark: async (mark) => {
        marks.push(mark)
        return 'first' as const
      },
    }
    const world = await makeRevocationWorld({ stores: { replays }, signatureWindow: 30 })
    await world.call(await world.agent.personToken(), {
      method: 'POST',
      params: { nonce: 'n' },
      created: now - 5,
      requirement: personRoute,
    })
    expect(marks).toEqual([
      {
        issuer: 'https://ps.example',
        owner: world.agent.key.thumbprint,
        fingerprint: expect.any(String),
        until: now + 25,
        window: 30,
        listed: false,
      },
    ])
  })

  it.each([
    [0, 1],
    [60, 1],
    [61, 0],
  ])(
    'get a token that expired %d s ago %d times, because the clocks of a fleet differ [R11-249]',
    async (ago, times) => {
      const add = vi.fn(() => 'recorded' as const)
      const world = await makeRevocationWorld({ stores: { revocations: revocationsWith({ add }) } })
      await world.post({ jti: 'x', exp: now - ago })
      expect(add).toHaveBeenCalledTimes(times)
    },
  )

  it('lead to 429 when they are full [J06]', async () => {
    const world = await makeRevocationWorld({ stores: { replays: { mark: async () => 'full' as const } } })
    const { code, status, headers } = await world.refusal(await world.agent.personToken(), {
      method: 'POST',
      params: { nonce: 'n' },
      requirement: personRoute,
    })
    expect([code, status, headers['retry-after']]).toEqual(['rate_limited', 429, '60'])
  })

  it('lead to 503 with both clocks in the hint when they answer "unknown" [REPLAY-2, C12]', async () => {
    const world = await makeRevocationWorld({ stores: { replays: { mark: async () => 'unknown' as const } } })
    const { code, status, headers, hint } = await world.refusal(await world.agent.personToken(), {
      method: 'POST',
      params: { nonce: 'n' },
      requirement: personRoute,
    })
    expect([code, status, headers['retry-after'], hint]).toEqual([
      'server_error',
      503,
      '1',
      `"stores.replays" cannot tell whether a signature that is fresh until ${now + 60} was used before: the clock of ` +
        `the resource is at ${now}, and that of the store is at ${now + 120} or later, or before ${now - 120}, or went ` +
        'back: set both clocks by NTP. A store that was prepared after a loss cannot tell for 180 s either',
    ])
  })

  it.each([
    ['a list in trust contains', { trust: { personServers: ['https://ps.example'] } }, true],
    ['a predicate accepts', { trust: { personServers: () => true } }, false],
    ["'any' accepts", { trust: 'any' }, false],
  ] as const)('get whether the issuer is listed: one that %s', async (_, options, listed) => {
    const mark = vi.fn<ReplayStore['mark']>(() => 'first')
    const world = await makeRevocationWorld({ ...options, stores: { replays: { mark } } })
    await world.call(await world.agent.personToken(), {
      method: 'POST',
      params: { nonce: 'n' },
      requirement: personRoute,
    })
    expect(mark.mock.calls.map(([one]) => one.listed)).toEqual([listed])
  })

  it('may be thenables of another library [REV-9]', async () => {
    const withdrawn = {
      // biome-ignore lint/suspicious/noThenProperty: that is what is tested
      then: (resolve: (answer: FoundRevocation) => void) => resolve({ revoked: true }),
    } as unknown as Promise<FoundRevocation>
    const world = await makeRevocationWorld({
      stores: { revocations: revocationsWith({ find: () => withdrawn }) },
    })
    expect(await world.verdict(await world.agent.personToken())).toBe('revoked_jwt')
  })
})

/** Faulty answers of a store. */
const faults: readonly [string, () => never][] = [
  [
    'throws',
    () => {
      throw new Error('down')
    },
  ],
  ['rejects', () => Promise.reject(new Error('down')) as never],
  ['answers undefined', () => undefined as never],
  ['answers undefined later', () => Promise.resolve(undefined) as never],
  ['answers null', () => null as never],
  ['answers a number', () => 0 as never],
  ['answers a word nobody knows', () => 'OK' as never],
  ['answers an object without members', () => ({}) as never],
  ['answers a text for a yes', () => ({ revoked: 'no' }) as never],
  ['answers a purge that is not a time', () => ({ revoked: false, purgedAt: '1' }) as never],
]

describe.each(faults)('a store that %s', (_, fault) => {
  it('makes every token refused with 503 [R11-255, JWT-19]', async () => {
    const world = await makeRevocationWorld({
      stores: { revocations: revocationsWith({ find: fault }) },
    })
    const { code, status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([code, status, headers['retry-after']]).toEqual(['server_error', 503, '5'])
  })

  it('makes every signature refused with 503 [REPLAY-1, J07]', async () => {
    const world = await makeRevocationWorld({ stores: { replays: { mark: fault } } })
    const { code, status } = await world.refusal(await world.agent.personToken(), {
      method: 'POST',
      params: { nonce: 'n' },
      requirement: personRoute,
    })
    expect([code, status]).toEqual(['server_error', 503])
  })

  it('makes no revocation answered with 200 [K15, R11-246]', async () => {
    const world = await makeRevocationWorld({ stores: { revocations: revocationsWith({ add: fault }) } })
    expect(told(await world.post({ jti: 'x', exp: now + 100 }))).toEqual([503, 'server_error', undefined])
  })

  it('makes resource.revoke() reject [K15]', async () => {
    const { resource } = await makeRevocationWorld({
      stores: { revocations: revocationsWith({ add: fault }) },
    })
    await expect(resource.revoke({ iss: 'https://ps.example', jti: 'x', exp: now })).rejects.toThrow(Error)
  })
})

describe('a store that never answers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  const never = () => new Promise<never>(() => undefined)
  const calls: readonly [string, Stores, string][] = [
    ['whether a token is withdrawn', { revocations: revocationsWith({ find: never }) }, '[R11-255]'],
    ['whether a signature is new', { replays: { mark: never } }, '[REPLAY-1]'],
  ]

  it.each(calls)('makes the request refused with 503 after half a second: %s %s', async (_, stores) => {
    const world = await makeRevocationWorld({ stores })
    const token = await world.agent.personToken()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const refused = world.refusal(token, { method: 'POST', params: { nonce: 'n' }, requirement: personRoute })
    await vi.waitUntil(() => vi.getTimerCount() === 1, { timeout: 60_000 })
    await vi.advanceTimersByTimeAsync(500)
    expect((await refused).status).toBe(503)
  })

  it('makes the revocation answered with 503 after half a second, and never with 200 [K15]', async () => {
    const world = await makeRevocationWorld({ stores: { revocations: revocationsWith({ add: never }) } })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const answered = world.post({ jti: 'x', exp: now + 100 })
    await vi.waitUntil(() => vi.getTimerCount() === 1, { timeout: 60_000 })
    await vi.advanceTimersByTimeAsync(500)
    expect((await answered).status).toBe(503)
  })
})
