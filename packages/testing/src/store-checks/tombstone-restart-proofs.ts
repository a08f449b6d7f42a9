import { assertEqual } from './store-checks.ts'
import { a, add, addEach, b, look, share, type TombstoneProof, told } from './tombstone-proofs.ts'

/** What every store keeps that can be opened again. */
export const restarts: Readonly<Record<string, TombstoneProof>> = {
  async 'finds after a restart what was recorded before'(subject) {
    const { store, reopen } = subject
    const tombstones = [
      { approver: a, s256: 'one', reason: 'revoked by "nobody", at 7%' },
      { approver: a, s256: 'two' },
      { approver: b, s256: 'one' },
    ]
    for (const tombstone of tombstones) await add(subject, store, tombstone)
    const after = await reopen(store)
    for (const { approver, s256, ...rest } of tombstones)
      assertEqual(
        await look(subject, after, approver, s256),
        told({ approver, s256, ...rest }),
        'what was recorded',
      )
    assertEqual(await look(subject, after, b, 'two'), null, 'what was not')
  },
  async 'keeps the first tombstone of a mission over a restart'(subject) {
    const { store, reopen } = subject
    const before = { approver: a, s256: 'one', reason: 'completed' }
    await add(subject, store, before)
    const after = await reopen(store)
    assertEqual(await add(subject, after, { ...before, reason: 'revoked' }), 'recorded', 'a repetition')
    assertEqual(await look(subject, after, a, 'one'), before, 'the tombstone')
    assertEqual(
      await look(subject, await reopen(after), a, 'one'),
      before,
      'the tombstone after one more restart',
    )
  },
}

/** Likewise, of a store that has bounds. */
export const boundedRestarts: Readonly<Record<string, TombstoneProof>> = {
  async 'answers after a restart for a person server whose share was used up before'(subject) {
    await addEach(subject, a, [...share, 'over'])
    const after = await subject.reopen(subject.store)
    assertEqual(await look(subject, after, a, 'over'), 'full', 'the mission whose end was refused')
    assertEqual(await look(subject, after, b, 'over'), null, 'a mission of another person server')
  },
}
