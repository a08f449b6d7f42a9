import { mission, otherS256 } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { describe, expect, it, vi } from 'vitest'
import { makeWatchedWorld, settled } from '../missions/watched.ts'
import { revocationsWith } from '../stores/revocations-with.ts'
import { makeSharedStores, type StoreName } from '../stores/shared-stores.ts'
import { collectUnhandled } from '../unhandled-rejections.ts'

const nonce = { params: { nonce: 'n' } }
const flipped = { ...nonce, mistake: 'flip-signature' } as const
const all: readonly StoreName[] = ['revocations', 'tombstones', 'replays', 'links', 'statuses']

/** What is wrong with a request, in the order in which it is judged. */
const verdicts = [
  ['an invalid signature', '401 invalid_signature'],
  ['a revoked token', '401 revoked_jwt'],
  ['a used signature', '401 invalid_signature'],
  ['AAuth-Mission with another mission', '400 invalid_request'],
  ['a terminated mission', '403 mission_terminated'],
] as const

/** The three stores in every order in which they can answer. */
const orders: readonly (readonly StoreName[])[] = [
  ['revocations', 'replays', 'tombstones'],
  ['revocations', 'tombstones', 'replays'],
  ['replays', 'revocations', 'tombstones'],
  ['replays', 'tombstones', 'revocations'],
  ['tombstones', 'revocations', 'replays'],
  ['tombstones', 'replays', 'revocations'],
]

/** The verdict on a POST with all faults from this one on, whose stores answer one after the other. */
async function verdictFrom(first: number, order: readonly StoreName[]): Promise<string> {
  const shared = makeSharedStores()
  const world = await makeWatchedWorld({}, { stores: shared.stores, replay: 'auto' })
  const how = { ...nonce, ...(first <= 3 && { mission: { ...mission, s256: otherS256 } }) }
  await world.post()
  if (first <= 2) await world.post(how)
  if (first <= 1) await world.resource.revoke(claimsOf(world.token))
  if (first <= 4) await world.resource.missions.terminate(mission)
  await settled()
  shared.events.splice(0)
  const gates = order.map((name) => shared.hold(name))
  const outcome = world.post(first === 0 ? { ...how, mistake: 'flip-signature' } : how)
  await vi.waitFor(() => expect(shared.sent()).toContain(first === 0 ? 'revocations.find' : 'replays.mark'), {
    timeout: 60_000,
  })
  for (const { open } of gates) {
    open()
    await settled()
  }
  return outcome
}

describe.each(verdicts.map(([fault, verdict], first) => ({ fault, verdict, first })))(
  '$fault comes before all later faults',
  ({ verdict, first }) => {
    it.each(orders)('when the stores of %s, %s and %s answer in this order', async (...order) => {
      expect(await verdictFrom(first, order)).toBe(verdict)
    })
  },
)

it.each(orders)(
  'a request without faults is accepted when %s, %s and %s answer in this order',
  async (...order) => {
    expect(await verdictFrom(verdicts.length, order)).toBe('200')
  },
)

describe('an invalid signature with a known token', () => {
  async function makeKnown() {
    const shared = makeSharedStores()
    const world = await makeWatchedWorld({}, { stores: shared.stores, replay: 'auto' })
    await world.post()
    return { ...world, shared }
  }

  it('answers 401 before the stores have answered, so that it reveals nothing about the token', async () => {
    const { shared, post, resource, token } = await makeKnown()
    await resource.revoke(claimsOf(token))
    for (const name of all) shared.hold(name)
    expect(await post(flipped)).toBe('401 invalid_signature')
  })

  it('answers 401 while the stores are down', async () => {
    const { shared, post } = await makeKnown()
    shared.fail(all, new Error('down'))
    expect(await post(flipped)).toBe('401 invalid_signature')
    expect(await post(nonce)).toBe('503 server_error 5')
  })

  it('answers 401 while a store throws', async () => {
    let fails = false
    const revoked = (): boolean => {
      if (fails) throw new Error('down')
      return false
    }
    const stores = { revocations: revocationsWith({ revoked }) }
    const { post } = await makeWatchedWorld({}, { stores, replay: 'auto' })
    await post()
    fails = true
    expect(await post(flipped)).toBe('401 invalid_signature')
    expect(await post(nonce)).toBe('503 server_error 5')
  })

  it('is not marked as used', async () => {
    const { shared, post } = await makeKnown()
    shared.events.splice(0)
    await post(flipped)
    await settled()
    expect(shared.sent()).not.toContain('replays.mark')
  })

  it('leaves no rejection unhandled when the stores fail after the answer', async () => {
    const unhandled = collectUnhandled()
    const { shared, post } = await makeKnown()
    const gates = all.map((name) => shared.hold(name))
    expect(await post(flipped)).toBe('401 invalid_signature')
    for (const { fail } of gates) fail(new Error('down'))
    await settled()
    expect(unhandled).toEqual([])
  })
})

it('a revoked token leaves no rejection unhandled when the other stores fail after the answer', async () => {
  const unhandled = collectUnhandled()
  const shared = makeSharedStores()
  const world = await makeWatchedWorld({}, { stores: shared.stores, replay: 'auto' })
  await world.post()
  await world.resource.revoke(claimsOf(world.token))
  await settled()
  const gates = all.filter((name) => name !== 'revocations').map((name) => shared.hold(name))
  expect(await world.post(nonce)).toBe('401 revoked_jwt')
  for (const { fail } of gates) fail(new Error('down'))
  await settled()
  expect(unhandled).toEqual([])
})
