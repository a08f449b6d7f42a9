import type { StatusStore } from '@aauth-guard/core'
import {
  active,
  activeLeft,
  answer,
  claim,
  claimedFor,
  leftOf,
  mission,
  missionOf,
  nothingLeft,
  type StatusProofs,
  unknown,
} from './status-proofs.ts'
import { assertEqual, count, numbered } from './store-checks.ts'

const other = missionOf({ s256: 'other' })

/** What every store says about claims, at any time. */
export const claims: StatusProofs = {
  async 'gives a claim to exactly one of many at the same time'({ store, peer }) {
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 ? store : peer).claim(mission, claimedFor)),
    )
    const given = verdicts.filter((verdict) => typeof verdict === 'object')
    assertEqual([given.length, count(verdicts, 'taken')], [1, 49], 'claims given, and taken')
  },
  async 'gives no second claim while one stands'({ store, peer }) {
    await claim(store)
    for (const listed of [true, false])
      assertEqual(await peer.claim(missionOf({ listed }), claimedFor), 'taken', 'a claim that stands')
  },
  async 'gives claims of different missions'({ store, peer }) {
    await claim(store)
    await claim(peer, other)
    await claim(peer, missionOf({ approver: 'https://other-ps.example' }))
  },
  async 'gives a new claim when an answer was put'({ store, peer }) {
    await answer(store)
    await answer(peer, unknown)
    await claim(store)
  },
  async 'gives a new claim when the mission was forgotten'({ store, peer }) {
    await claim(store)
    await peer.forget(mission)
    await claim(store)
    await peer.forget(missionOf({ listed: false }))
    await claim(store)
  },
  async 'gives no claim twice'({ store, peer }) {
    const given: string[] = []
    for (const s256 of numbered(3, 'mission-')) {
      const name = missionOf({ s256 })
      for (const process of [store, peer, store]) {
        given.push(await claim(process, name))
        await process.forget(name)
        const used = await claim(process, name)
        given.push(used)
        await process.put(name, used, active)
      }
    }
    assertEqual(new Set(given).size, given.length, 'different claims')
  },
  async 'keeps one answer of a claim, of many at the same time'({ store, peer }) {
    const held = await claim(store)
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? store : peer).put(mission, held, active)),
    )
    assertEqual([count(verdicts, 'recorded'), count(verdicts, 'overtaken')], [1, 19], 'answers of one claim')
  },
  async 'keeps no answer without a claim'({ store, peer }) {
    assertEqual(await store.put(mission, 'never-given', active), 'overtaken', 'an answer without a claim')
    assertEqual(leftOf(await peer.get(mission)), nothingLeft, 'the mission')
    await keepsNothing(store, peer, 'never-given')
  },
  async 'keeps no answer under a claim that was used'({ store, peer }) {
    const used = await claim(store)
    await store.put(mission, used, active)
    assertEqual(await peer.put(mission, used, unknown), 'overtaken', 'a second answer')
    assertEqual(leftOf(await peer.get(mission)), activeLeft, 'the first answer')
    await keepsNothing(store, peer, used)
  },
  async 'keeps no answer under a claim that was forgotten'({ store, peer }) {
    const forgotten = await claim(store)
    await peer.forget(mission)
    assertEqual(await store.put(mission, forgotten, active), 'overtaken', 'an answer from before')
    assertEqual(leftOf(await peer.get(mission)), nothingLeft, 'the mission')
    await keepsNothing(store, peer, forgotten)
  },
  async 'keeps no answer under the claim of another mission'({ store, peer }) {
    const foreign = await claim(store, other)
    assertEqual(await store.put(mission, foreign, active), 'overtaken', 'an answer without a claim')
    assertEqual(leftOf(await peer.get(mission)), nothingLeft, 'the mission')
    await keepsNothing(store, peer, foreign)
    assertEqual(
      await peer.put(other, foreign, active),
      'recorded',
      'an answer about the mission of the claim',
    )
  },
  async 'keeps an answer whether the person server is listed or not'({ store, peer }) {
    const held = await claim(store)
    assertEqual(await peer.put(missionOf({ listed: false }), held, active), 'recorded', 'the answer')
    await claim(peer)
  },
  async 'finds the second of the claim, if its answer was "active"'({ store, peer, clock }) {
    const before = Math.floor(await clock())
    const held = await claim(store)
    const after = await clock()
    await store.put(mission, held, active)
    const { askedAt = 0 } = (await peer.get(mission)) ?? {}
    const isBetween = askedAt >= before && askedAt <= after
    assertEqual(isBetween, true, `the second ${askedAt} lies between ${before} and ${after}`)
  },
}

/** Expects that an answer under this claim neither ends the claim of another process nor replaces its answer. */
async function keepsNothing(store: StatusStore, peer: StatusStore, ended: string): Promise<void> {
  const standing = await claim(peer)
  assertEqual(await store.put(mission, ended, unknown), 'overtaken', 'an answer while another claim stands')
  assertEqual(await store.claim(mission, claimedFor), 'taken', 'the claim that stands')
  assertEqual(await peer.put(mission, standing, active), 'recorded', 'the answer under that claim')
  assertEqual(await store.put(mission, ended, unknown), 'overtaken', 'an answer after that')
  assertEqual(leftOf(await peer.get(mission)), activeLeft, 'what is left of the answers')
}
