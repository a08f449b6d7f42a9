import type { StatusName } from '@aauth-guard/core'
import {
  active,
  bounds,
  claimedFor,
  leftOf,
  missionOf,
  type StatusProofs,
  type StatusSubject,
} from './status-proofs.ts'
import { assertEqual, count, numbered } from './store-checks.ts'

const missions = (length: number, prefix: string, listed: boolean): StatusName[] =>
  numbered(length, prefix).map((s256) => missionOf({ s256, listed }))
const few = (listed: boolean): StatusName[] => missions(bounds.max, 'few-', listed)
const many = (listed: boolean): StatusName[] => missions(4 * bounds.max, 'many-', listed)

/** What a store promises that has bounds. */
export const boundedOnly: StatusProofs = {
  async 'holds no more answers about listed person servers than it may'(subject) {
    await isBounded(subject, true)
  },
  async 'holds no more answers about unlisted person servers than it may'(subject) {
    await isBounded(subject, false)
  },
  async 'keeps answers about listed person servers when unlisted ones use up their space'(subject) {
    await keepsAnswers(subject, true)
  },
  async 'keeps answers about unlisted person servers when listed ones use up their space'(subject) {
    await keepsAnswers(subject, false)
  },
  async 'keeps claims for listed person servers when unlisted ones use up their space'(subject) {
    await keepsClaims(subject, true)
  },
  async 'keeps claims for unlisted person servers when listed ones use up their space'(subject) {
    await keepsClaims(subject, false)
  },
  async 'gives no second claim while one stands, however many are claimed'({ store, peer }) {
    const claimed: StatusName[] = []
    for (const name of many(false))
      if (typeof (await store.claim(name, claimedFor)) === 'object') claimed.push(name)
    const again = await Promise.all(claimed.map((name) => peer.claim(name, claimedFor)))
    assertEqual([claimed.length > 0, count(again, 'taken')], [true, claimed.length], 'claims that stand')
  },
}

/** The same, with a clock that can be set. */
export const timedBounds: StatusProofs = {
  async 'gives space for claims back when their time has passed'({ store, advance }) {
    for (const name of many(false)) await store.claim(name, claimedFor)
    await advance(61)
    const verdicts = await Promise.all(few(false).map((name) => store.claim(name, claimedFor)))
    const given = verdicts.filter((verdict) => typeof verdict === 'object')
    assertEqual(given.length, bounds.max, 'claims of other missions')
  },
}

/** A mission for which there is no space is not shared. */
async function tryAnswer({ store }: StatusSubject, name: StatusName): Promise<void> {
  const verdict = await store.claim(name, claimedFor)
  if (typeof verdict === 'object') await store.put(name, verdict.claim, active)
}

async function countFresh({ peer }: StatusSubject, names: readonly StatusName[]): Promise<number> {
  let fresh = 0
  for (const name of names) if (leftOf(await peer.get(name)).fresh) fresh += 1
  return fresh
}

async function isBounded(subject: StatusSubject, listed: boolean): Promise<void> {
  for (const name of many(listed)) await tryAnswer(subject, name)
  const held = await countFresh(subject, many(listed))
  assertEqual(held > 0 && held <= bounds.max, true, `${held} of at most ${bounds.max} answers`)
}

async function keepsAnswers(subject: StatusSubject, listed: boolean): Promise<void> {
  for (const name of [...few(listed), ...many(!listed)]) await tryAnswer(subject, name)
  assertEqual(await countFresh(subject, few(listed)), bounds.max, 'answers that are kept')
}

async function keepsClaims({ store, peer }: StatusSubject, listed: boolean): Promise<void> {
  for (const name of [...few(listed), ...many(!listed)]) await store.claim(name, claimedFor)
  const again = await Promise.all(few(listed).map((name) => peer.claim(name, claimedFor)))
  assertEqual(count(again, 'taken'), bounds.max, 'claims that stand')
}
