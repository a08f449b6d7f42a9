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

/** Each pool is used up by one person server, so that it does not matter whether shares are those of pools or of servers. */
const missions = (length: number, prefix: string, listed: boolean): StatusName[] =>
  numbered(length, prefix).map((s256) =>
    missionOf({ s256, listed, ...(!listed && { approver: 'https://unlisted-ps.example' }) }),
  )
const few = (listed: boolean): StatusName[] => missions(bounds.max, 'few-', listed)
const many = (listed: boolean, prefix: string = 'many-'): StatusName[] =>
  missions(4 * bounds.max, prefix, listed)

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
  async 'gives no second claim while one stands, however many are claimed'(subject) {
    const claimed = await claimEach(subject, many(false))
    assertEqual(await countTaken(subject, claimed), claimed.length, 'claims that stand')
  },
}

/** The same, with a clock that can be set. */
export const timedBounds: StatusProofs = {
  async 'gives space for claims back within an hour'(subject) {
    const claimed = await claimEach(subject, many(false))
    await subject.advance(3600)
    const later = await claimEach(subject, many(false, 'later-'))
    assertEqual(later.length, claimed.length, 'claims of other missions')
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
  for (const name of few(listed)) await tryAnswer(subject, name)
  const before = await countFresh(subject, few(listed))
  assertEqual(before > 0, true, `${before} answers that found space`)
  for (const name of many(!listed)) await tryAnswer(subject, name)
  assertEqual(await countFresh(subject, few(listed)), before, 'answers that are still there')
}

/** @returns the missions for which a claim was given */
async function claimEach({ store }: StatusSubject, names: readonly StatusName[]): Promise<StatusName[]> {
  const claimed: StatusName[] = []
  for (const name of names) if (typeof (await store.claim(name, claimedFor)) === 'object') claimed.push(name)
  assertEqual(claimed.length > 0, true, `${claimed.length} claims that found space`)
  return claimed
}

async function countTaken({ peer }: StatusSubject, names: readonly StatusName[]): Promise<number> {
  return count(await Promise.all(names.map((name) => peer.claim(name, claimedFor))), 'taken')
}

async function keepsClaims(subject: StatusSubject, listed: boolean): Promise<void> {
  const claimed = await claimEach(subject, few(listed))
  for (const name of many(!listed)) await subject.store.claim(name, claimedFor)
  assertEqual(await countTaken(subject, claimed), claimed.length, 'claims that stand')
}
