import { authorize, type DecisionEvent } from '@aauth-guard/core'
import { assertGrant, missionGrant } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { toSignedRequest } from '@aauth-guard/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { makeWatchedWorld, verdict } from '../missions/watched.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

/** A resource whose recorder does what the test sets, and the decisions that it told of. */
async function makeScene() {
  const shared = makeSharedStores()
  const events: DecisionEvent[] = []
  let record = async (): Promise<unknown> => undefined
  const world = await makeWatchedWorld(
    {},
    {
      stores: shared.stores,
      recorder: async () => void (await record()),
      onDecision: (event) => void events.push(event),
    },
  )
  const { revocations, tombstones } = shared.memories
  const message = await world.agent.sign('https://notes.example/notes', {}, { token: world.token })
  const request = toSignedRequest(message)
  return {
    ...world,
    shared,
    guard: () => authorize(world.resource, request),
    /** Sets what happens while a decision is recorded, and how long that takes. */
    whileRecording(milliseconds: number, happens: () => unknown): void {
      record = async () => {
        await happens()
        clock.advance(milliseconds)
      }
    },
    decisions: () => events.map(({ point, outcome, code }) => [point, outcome, code]),
    lookups: () => shared.sent().filter((name) => name === 'revocations.find').length,
    /** What another process records. */
    elsewhere: {
      nothing: () => undefined,
      revocation: () => revocations.add({ ...claimsOf(world.token), listed: false }),
      termination: () => tombstones.add({ ...mission, listed: false }),
    },
  }
}
type Scene = Awaited<ReturnType<typeof makeScene>>

const decided: readonly (readonly [string, 'guard' | 'grant', (scene: Scene) => Promise<() => unknown>])[] = [
  ['a guard', 'guard', async ({ guard }) => guard],
  [
    'requireGrant',
    'grant',
    async ({ guard }) => {
      const auth = await guard()
      return () => assertGrant(auth, () => missionGrant(auth), { classPolicy: 'mission-only' })
    },
  ],
]

describe.each(decided)('%s, whose acceptance is recorded for over a second,', (_, point, prepare) => {
  /** The verdict, the decisions that were told, and the lookups after the acceptance was recorded. */
  async function outcomeOf(milliseconds: number, happens: (scene: Scene) => unknown) {
    const scene = await makeScene()
    const decide = await prepare(scene)
    const before = scene.decisions().length
    let lookups = 0
    scene.whileRecording(milliseconds, () => {
      lookups = scene.lookups()
      return happens(scene)
    })
    return {
      verdict: await verdict((async () => decide())()),
      decisions: scene.decisions().slice(before),
      lookups: scene.lookups() - lookups,
    }
  }
  const accepted = [point, 'accepted', undefined]

  it.each([
    ['revocation', '401 revoked_jwt', 'revoked_jwt'],
    ['termination', '403 mission_terminated', 'mission_terminated'],
  ] as const)(
    'refuses a request after a %s in the meantime: %s, which a second decision says',
    async (change, refusal, code) => {
      expect(await outcomeOf(1000, ({ elsewhere }) => elsewhere[change]())).toMatchObject({
        verdict: refusal,
        decisions: [accepted, [point, 'refused', code]],
      })
    },
  )

  it('refuses a request with 503 when the stores no longer answer, which a second decision says', async () => {
    const fail = ({ shared }: Scene): void => shared.fail(['revocations'], new Error('down'))
    expect(await outcomeOf(1000, fail)).toMatchObject({
      verdict: '503 server_error 5',
      decisions: [accepted, [point, 'failed', 'server_error']],
    })
  })

  it('accepts a request after nothing in the meantime, and tells one decision', async () => {
    const outcome = await outcomeOf(1000, ({ elsewhere }) => elsewhere.nothing())
    expect(outcome).toEqual({ verdict: '200', decisions: [accepted], lookups: 1 })
  })

  it('does not look the token up again for a recorder that takes less than a second', async () => {
    const outcome = await outcomeOf(999, ({ elsewhere }) => elsewhere.revocation())
    expect(outcome).toEqual({ verdict: '200', decisions: [accepted], lookups: 0 })
  })
})
