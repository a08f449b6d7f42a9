import type { TombstoneStore } from '@aauth-guard/core'
import { assertEqual, type Proof } from './store-checks.ts'
import { a, addEach, b, look, share, type TombstoneProof, type TombstoneSubject } from './tombstone-proofs.ts'

/** What a store with bounds promises that has `clearFull`. */
export const clears: Readonly<Record<string, TombstoneProof>> = {
  'forgets that a termination was refused when it is told to': withClearing(async (subject, clearFull) => {
    await addEach(subject, a, [...share, 'over'])
    await clearFull(subject.peer, a)
    for (const store of [subject.store, subject.peer])
      assertEqual(await look(subject, store, a, 'never-heard-of'), null, 'a mission without a tombstone')
  }),
  'keeps the tombstones of a person server that is cleared': withClearing(async (subject, clearFull) => {
    await addEach(subject, a, [...share, 'over'])
    await clearFull(subject.store, a)
    for (const s256 of share)
      assertEqual(await look(subject, subject.peer, a, s256), { approver: a, s256 }, 'what was recorded')
  }),
  'clears one person server, and no other': withClearing(async (subject, clearFull) => {
    for (const approver of [a, b]) await addEach(subject, approver, [...share, 'over'])
    await clearFull(subject.store, a)
    assertEqual(await look(subject, subject.peer, b, 'over'), 'full', 'a mission of another person server')
  }),
  'refuses after clearing what there is still no space for': withClearing(async (subject, clearFull) => {
    await addEach(subject, a, [...share, 'over'])
    await clearFull(subject.store, a)
    assertEqual(await addEach(subject, a, ['more']), ['full'], 'one more termination')
    assertEqual(await look(subject, subject.peer, a, 'never-heard-of'), 'full', 'any mission after that')
  }),
}

/** Likewise, of a store that can be opened again. */
export const clearFullRestarts: Readonly<Record<string, TombstoneProof>> = {
  'keeps over a restart that a person server was cleared': withClearing(async (subject, clearFull) => {
    await addEach(subject, a, [...share, 'over'])
    await clearFull(subject.store, a)
    const after = await subject.reopen(subject.store)
    assertEqual(await look(subject, after, a, 'never-heard-of'), null, 'a mission without a tombstone')
  }),
}

type ClearFull = (store: TombstoneStore, approver: string) => Promise<void>

/** A proof that needs `clearFull`. Stores without it pass. */
function withClearing(
  prove: (subject: TombstoneSubject, clearFull: ClearFull) => Promise<void>,
): Proof<TombstoneSubject> {
  return async (subject) => {
    if (subject.store.clearFull === undefined) return
    await prove(subject, async (store, approver) => store.clearFull?.({ approver }))
  }
}
