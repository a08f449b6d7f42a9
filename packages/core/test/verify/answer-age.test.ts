import { authorize } from '@aauth-guard/core'
import { bindContent } from '@aauth-guard/core/adapter'
import { assertGrant, missionGrant } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { toSignedRequest } from '@aauth-guard/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { makeWatchedWorld, verdict } from '../missions/watched.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

async function makeScene({ freshness = 0 } = {}) {
  const shared = makeSharedStores()
  // The other stores of the resource have no cache.
  Object.assign(shared.stores.tombstones, { freshness })
  const world = await makeWatchedWorld({}, { stores: shared.stores })
  const { revocations, tombstones } = shared.stores
  return {
    ...world,
    shared,
    /** How often the stores were asked about the token. */
    lookups: () => shared.sent().filter((name) => name === 'revocations.find').length,
    /** What another process records. */
    elsewhere: {
      nothing: async () => undefined,
      revocation: () => revocations.add({ ...claimsOf(world.token), listed: false }),
      termination: () => tombstones.add({ ...mission, listed: false }),
    },
  }
}

const changes = [
  ['revocation', '401 revoked_jwt'],
  ['termination', '403 mission_terminated'],
] as const

describe('a request whose check takes a while', () => {
  it.each(
    changes.flatMap(([change, refusal]) =>
      ['GET', 'POST'].map((method) => [method, change, refusal] as const),
    ),
  )('with %s is refused when a %s was recorded in the meantime: %s', async (method, change, refusal) => {
    const { token, call, elsewhere } = await makeScene()
    const check = async (): Promise<boolean> => {
      await elsewhere[change]()
      clock.advance(1000)
      return true
    }
    expect(await verdict(call(token, { method, requirement: { check } }))).toBe(refusal)
  })

  it.each([
    [999, 1],
    [1000, 2],
  ])(
    'and lasts %d ms is looked up %d times, and accepted when nothing has changed',
    async (milliseconds, times) => {
      const { token, call, lookups } = await makeScene()
      const check = (): boolean => {
        clock.advance(milliseconds)
        return true
      }
      expect(await verdict(call(token, { requirement: { check } }))).toBe('200')
      expect(lookups()).toBe(times)
    },
  )

  it('is refused with 503 when the stores no longer answer', async () => {
    const { token, call, shared } = await makeScene()
    const check = (): boolean => {
      shared.fail(['revocations', 'tombstones'], new Error('down'))
      clock.advance(1000)
      return true
    }
    expect(await verdict(call(token, { requirement: { check } }))).toBe('503 server_error 5')
  })
})

/** What decides about a request once more, after the guard that accepted it, and what happens until then. */
type Again = (scene: Scene, meanwhile: () => Promise<unknown>) => Promise<unknown>
const later: readonly (readonly [string, Again])[] = [
  [
    'a second guard',
    async ({ resource, request }, meanwhile) => {
      await meanwhile()
      return authorize(resource, request, {}, { content: 'later' })
    },
  ],
  [
    'requireGrant, which loads the grant',
    ({ auth }, meanwhile) => {
      const load = () => meanwhile().then(() => missionGrant(auth))
      return assertGrant(auth, load, { classPolicy: 'mission-only' })
    },
  ],
  [
    'a guard that reads the content',
    ({ auth }, meanwhile) =>
      bindContent(auth, () => meanwhile().then(() => new TextEncoder().encode('note'))),
  ],
]
type Scene = Awaited<ReturnType<typeof makeAccepted>>

/** A request that one guard has accepted. */
async function makeAccepted() {
  const scene = await makeScene()
  const { agent, token, resource } = scene
  const message = await agent.sign(
    'https://notes.example/notes',
    { method: 'POST', body: 'note' },
    { token, digest: true },
  )
  const { body: _, ...request } = toSignedRequest(message)
  const auth = await authorize(resource, request, {}, { content: 'later' })
  return { ...scene, request, auth }
}

describe.each(later)('%s, and so decides about a request again,', (_, decideAgain) => {
  it.each(changes)('does not look the token up within a second, even after a %s', async (change) => {
    const scene = await makeAccepted()
    const meanwhile = async (): Promise<void> => {
      await scene.elsewhere[change]()
      clock.advance(999)
    }
    expect(await verdict(decideAgain(scene, meanwhile))).toBe('200')
    expect(scene.lookups()).toBe(1)
  })

  it('does not query the source about the mission again within a second', async () => {
    const scene = await makeAccepted()
    expect(await verdict(decideAgain(scene, async () => undefined))).toBe('200')
    expect(scene.asked).toHaveLength(1)
  })

  it.each([['nothing', '200'], ...changes] as const)(
    'looks it up after a second, in which %s was recorded: %s',
    async (change, expected) => {
      const scene = await makeAccepted()
      const meanwhile = async (): Promise<void> => {
        await scene.elsewhere[change]()
        clock.advance(1000)
      }
      expect(await verdict(decideAgain(scene, meanwhile))).toBe(expected)
      expect(scene.lookups()).toBeGreaterThan(1)
    },
  )
})

it('a second guard looks the token up again before it calls check', async () => {
  const { resource, request, elsewhere } = await makeAccepted()
  await elsewhere.revocation()
  clock.advance(1000)
  const check = vi.fn(() => true)
  const again = authorize(resource, request, { check }, { content: 'later' })
  expect(await verdict(again)).toBe('401 revoked_jwt')
  expect(check).not.toHaveBeenCalled()
})

describe('a store whose answers can be 250 ms old', () => {
  it.each([
    [749, 1],
    [750, 2],
  ])('is asked again after %d ms: %d lookups', async (milliseconds, times) => {
    const { token, call, lookups } = await makeScene({ freshness: 250 })
    const check = (): boolean => {
      clock.advance(milliseconds)
      return true
    }
    expect(await verdict(call(token, { requirement: { check } }))).toBe('200')
    expect(lookups()).toBe(times)
  })
})
