import type { FoundStatus, StatusAnswer, StatusName, StatusStore } from '@aauth-guard/core'
import { assertEqual, type Pair, type Proof } from './store-checks.ts'
import type { StoreSubject } from './subject.ts'

/** Bounds of the stores that are checked. */
export const bounds: { max: number } = { max: 8 }

/** A store of statuses in use. */
export type StatusSubject = StoreSubject<StatusStore>
export type StatusProofs = Readonly<Record<string, Proof<StatusSubject>>>

/** The mission of a listed person server, unless something else is said. */
export function missionOf(name: Partial<StatusName> = {}): StatusName {
  return { approver: 'https://ps.example', s256: 'one', listed: true, ...name }
}

export const mission: StatusName = missionOf()
/** Milliseconds for which the claims of the checks stand. */
export const claimedFor = 60_000
export const active: Extract<StatusAnswer, { status: 'active' }> = {
  status: 'active',
  freshFor: 60_000,
  staleFor: 600_000,
}
export const unknown: Extract<StatusAnswer, { status: 'unknown' }> = {
  status: 'unknown',
  failedFor: 60_000,
  failures: 1,
  hint: 'the "person server" answered 503, \u00e9\\n 7%',
}

/** @throws {Error} unless the mission can be claimed */
export async function claim(
  store: StatusStore,
  name: StatusName = mission,
  milliseconds: number = claimedFor,
): Promise<string> {
  const verdict = await store.claim(name, milliseconds)
  if (typeof verdict === 'object' && typeof verdict?.claim === 'string') return verdict.claim
  throw new Error(`a claim: expected one, found ${JSON.stringify(verdict)}`)
}

/** @throws {Error} unless the answer is kept under a new claim */
export async function answer(
  store: StatusStore,
  said: StatusAnswer = active,
  name: StatusName = mission,
): Promise<void> {
  const verdict = await store.put(name, await claim(store, name), said)
  assertEqual(verdict, 'recorded', `the answer "${said.status}"`)
}

/** Which of the durations are left: nothing may be said of how long a check takes. */
export function leftOf(found: FoundStatus | undefined): Record<'fresh' | 'stale' | 'failed', boolean> {
  const { freshFor = 0, staleFor = 0, failedFor = 0 } = found ?? {}
  return { fresh: freshFor > 0, stale: staleFor > 0, failed: failedFor > 0 }
}

export const nothingLeft: ReturnType<typeof leftOf> = leftOf(undefined)
export const activeLeft: ReturnType<typeof leftOf> = { fresh: true, stale: true, failed: false }
export const failedLeft: ReturnType<typeof leftOf> = { fresh: false, stale: false, failed: true }

/** @throws {Error} if more is left of a duration than there can be */
export function assertAtMost(
  found: FoundStatus | undefined,
  most: Partial<Pick<FoundStatus, 'freshFor' | 'staleFor' | 'failedFor'>>,
  when: string,
): void {
  for (const name of ['freshFor', 'staleFor', 'failedFor'] as const) {
    const { [name]: milliseconds = Number.POSITIVE_INFINITY } = most
    const left = found?.[name] ?? 0
    assertEqual(
      left <= milliseconds,
      true,
      `${name} ${when}: ${left} ms, of which ${milliseconds} can be left`,
    )
  }
}

/** What every store says about answers, at any time. */
export const timeless: StatusProofs = {
  async 'finds the answer that was put, and only that'({ store, peer }) {
    assertEqual((await peer.get(mission)) ?? null, null, 'an empty store')
    await answer(store)
    const found = await peer.get(mission)
    assertEqual(leftOf(found), activeLeft, 'what is left of an answer "active"')
    assertAtMost(found, active, 'at once')
    assertEqual([found?.failures, found?.failedFor], [0, 0], 'failures')
    for (const other of [{ s256: 'other' }, { approver: 'https://other-ps.example' }])
      assertEqual((await peer.get(missionOf(other))) ?? null, null, 'another mission')
  },
  async 'finds why the source could not be queried'({ store, peer }) {
    await answer(store, unknown)
    const found = await peer.get(mission)
    assertEqual(leftOf(found), failedLeft, 'what is left of an answer "unknown"')
    assertAtMost(found, unknown, 'at once')
    assertEqual([found?.failures, found?.hint], [unknown.failures, unknown.hint], 'the failure')
    assertEqual(found?.askedAt, 0, 'the second of a query that found the mission active')
  },
  async 'leaves the last answer "active" in place when an answer is "unknown"'({ store, peer }) {
    await answer(store)
    const before = await peer.get(mission)
    await answer(peer, unknown)
    const found = await peer.get(mission)
    assertEqual(leftOf(found), { ...activeLeft, failed: true }, 'what is left of both')
    assertEqual([found?.askedAt, found?.hint], [before?.askedAt, unknown.hint], 'of either answer')
  },
  async 'tells of the last failure'({ store, peer }) {
    await answer(store, unknown)
    await answer(store, { ...unknown, failures: 2, hint: 'no answer' })
    const found = await peer.get(mission)
    assertEqual([found?.failures, found?.hint], [2, 'no answer'], 'the last failure')
  },
  async 'ends the failures when an answer is "active"'({ store, peer }) {
    await answer(store, unknown)
    await answer(store)
    const found = await peer.get(mission)
    assertEqual([leftOf(found), found?.failures], [activeLeft, 0], 'what is left, and failures')
  },
  async 'finds the last answer "active"'({ store, peer }) {
    await answer(store)
    await answer(store, { ...active, freshFor: 5000, staleFor: 9000 })
    assertAtMost(await peer.get(mission), { freshFor: 5000, staleFor: 9000 }, 'after a shorter answer')
    await answer(store, { ...active, freshFor: 400_000, staleFor: 500_000 })
    const found = await peer.get(mission)
    const isLonger = (found?.freshFor ?? 0) > active.freshFor
    assertEqual(isLonger, true, `an answer that may be used for 400 s: ${found?.freshFor} ms are left`)
  },
  async 'finds an answer whether the person server is listed or not'({ store, peer }) {
    for (const [one, other] of [
      [true, false],
      [false, true],
    ]) {
      const name = missionOf({ s256: `put as ${one}` })
      await answer(store, active, { ...name, listed: one === true })
      const found = await peer.get({ ...name, listed: other === true })
      assertEqual(leftOf(found), activeLeft, `an answer put with listed ${one}, asked for with ${other}`)
    }
  },
  async 'finds the last answer, whether the person server was listed or not'({ store, peer }) {
    const unlisted = missionOf({ listed: false })
    for (const name of [mission, unlisted, mission]) {
      await answer(store, active, name)
      await answer(store, unknown, name === mission ? unlisted : mission)
      for (const asked of [mission, unlisted])
        assertEqual(leftOf(await peer.get(asked)), { ...activeLeft, failed: true }, 'both answers')
    }
  },
  async 'forgets an answer when it is told to'({ store, peer }) {
    await answer(store)
    await peer.forget(mission)
    for (const asked of [store, peer]) assertEqual((await asked.get(mission)) ?? null, null, 'the mission')
    await answer(store, unknown)
    const found = await peer.get(mission)
    assertEqual([leftOf(found), found?.askedAt], [failedLeft, 0], 'the mission after one more failure')
  },
  async 'forgets an answer whether the person server is listed or not'({ store, peer }) {
    await answer(store)
    await store.forget(missionOf({ listed: false }))
    assertEqual((await peer.get(mission)) ?? null, null, 'the mission')
  },
  async 'forgets the mission that it is told to, and no other'({ store, peer }) {
    const others = [missionOf({ s256: 'other' }), missionOf({ approver: 'https://other-ps.example' })]
    for (const other of others) await answer(store, active, other)
    await store.forget(mission)
    for (const other of others) assertEqual(leftOf(await peer.get(other)), activeLeft, 'another mission')
  },
  async 'does not change with what was handed to it'({ store, peer }) {
    const handed = { ...active }
    await answer(store, handed)
    handed.freshFor = 10 * active.freshFor
    assertAtMost(await peer.get(mission), active, 'after the answer was changed')
  },
  async 'takes fractions of a millisecond'({ store, peer }) {
    await store.put(mission, await claim(store, mission, 5500.5), { ...active, freshFor: 59_999.5 })
    assertEqual(leftOf(await peer.get(mission)), activeLeft, 'an answer "active"')
    await answer(store, { ...unknown, failedFor: 2500.25 })
    assertEqual(leftOf(await peer.get(mission)).failed, true, 'an answer "unknown"')
  },
}

/** Tells two missions apart that only a careless store takes for one. */
export async function tellsApart({ store, peer }: StatusSubject, one: Pair, other: Pair): Promise<void> {
  const [known, like] = [one, other].map(([approver, s256]) => missionOf({ approver, s256 })) as [
    StatusName,
    StatusName,
  ]
  await answer(store, active, known)
  await claim(store, known)
  const found = [leftOf(await peer.get(known)), leftOf(await peer.get(like))]
  assertEqual(found, [activeLeft, nothingLeft], 'the mission that was asked about, and its like')
  await claim(peer, like)
}
