import {
  active,
  activeLeft,
  answer,
  assertAtMost,
  claim,
  claimedFor,
  leftOf,
  mission,
  nothingLeft,
  type StatusProofs,
  unknown,
} from './status-proofs.ts'
import { assertEqual } from './store-checks.ts'

/** What takes a clock that can be set. */
export const timed: StatusProofs = {
  async 'finds what is left of an answer "active", by its own clock'({ store, peer, advance }) {
    await answer(store)
    await advance(50)
    const found = await peer.get(mission)
    assertEqual(leftOf(found), activeLeft, 'after 50 s of 60')
    assertAtMost(found, { freshFor: 10_000, staleFor: 550_000 }, 'after 50 s')
    await advance(11)
    const later = await peer.get(mission)
    assertEqual(leftOf(later), { ...activeLeft, fresh: false }, 'after 61 s of 60, and of 600')
    assertAtMost(later, { staleFor: 539_000 }, 'after 61 s')
    await advance(540)
    assertEqual(leftOf(await peer.get(mission)), nothingLeft, 'after 601 s')
  },
  async 'finds what is left of an answer "unknown", by its own clock'({ store, peer, advance }) {
    await answer(store, unknown)
    await advance(50)
    const found = await peer.get(mission)
    assertEqual(leftOf(found).failed, true, 'after 50 s of 60')
    assertAtMost(found, { failedFor: 10_000 }, 'after 50 s')
    await advance(11)
    assertEqual(leftOf(await peer.get(mission)), nothingLeft, 'after 61 s')
  },
  async 'finds nothing more of an answer "active" when later ones are "unknown"'({ store, peer, advance }) {
    await answer(store)
    await advance(50)
    await answer(store, unknown)
    const found = await peer.get(mission)
    assertEqual(leftOf(found), { ...activeLeft, failed: true }, 'after 50 s of 60')
    assertAtMost(found, { freshFor: 10_000, staleFor: 550_000 }, 'after 50 s')
    await advance(11)
    await answer(store, unknown)
    assertEqual(leftOf(await peer.get(mission)), { fresh: false, stale: true, failed: true }, 'after 61 s')
    await advance(540)
    await answer(store, unknown)
    assertEqual(leftOf(await peer.get(mission)), { ...nothingLeft, failed: true }, 'after 601 s')
  },
  async 'lets a claim stand for its time, by its own clock'({ store, peer, advance }) {
    await claim(store)
    await advance(50)
    assertEqual(await peer.claim(mission, claimedFor), 'taken', 'after 50 s of 60')
  },
  async 'ends a claim when its time has passed'({ store, peer, advance }) {
    const ended = await claim(store)
    await advance(61)
    assertEqual((await claim(peer)) === ended, false, 'the same claim again')
  },
  async 'keeps an answer under a claim until its time has passed'({ store, peer, advance }) {
    const held = await claim(store)
    await advance(50)
    assertEqual(await store.put(mission, held, active), 'recorded', 'after 50 s of 60')
    assertEqual(leftOf(await peer.get(mission)), activeLeft, 'the answer')
  },
  async 'keeps no answer under a claim whose time has passed'({ store, peer, advance }) {
    const ended = await claim(store)
    await advance(61)
    assertEqual(await store.put(mission, ended, active), 'overtaken', 'after 61 s of 60')
    assertEqual(leftOf(await peer.get(mission)), nothingLeft, 'the mission')
    const next = await claim(peer)
    assertEqual(await store.put(mission, ended, active), 'overtaken', 'once another one was given')
    assertEqual(await peer.put(mission, next, active), 'recorded', 'the answer under the other one')
  },
  async 'finds the second of the claim, not that of the answer'({ store, peer, clock, advance }) {
    const before = Math.floor(await clock())
    const held = await claim(store)
    const after = await clock()
    await advance(30)
    await store.put(mission, held, active)
    await advance(10)
    await answer(store, unknown)
    const { askedAt = 0 } = (await peer.get(mission)) ?? {}
    const isBetween = askedAt >= before && askedAt <= after
    assertEqual(isBetween, true, `the second ${askedAt} lies between ${before} and ${after}`)
  },
}
