import type { Tombstone, TombstoneStore } from '@aauth-guard/core'
import { type Listening, withListeners } from './push.ts'
import { assertEqual, type Proof } from './store-checks.ts'
import { a, add, b, look, type TombstoneProof, type TombstoneSubject, told } from './tombstone-proofs.ts'

interface Message {
  readonly approver: string
  /** The tombstone, as JSON. */
  readonly tombstone: string
  /** What the store said when the listener was called, as JSON. */
  readonly found: Promise<string>
}

type Listen = (store: TombstoneStore) => Promise<Listening<Message>>

const begun = 'https://begin'

/** What a store promises that has `subscribe`. */
export const pushes: Readonly<Record<string, TombstoneProof>> = {
  'tells a listener of a termination, with its reason': withListening(async (subject, listen) => {
    const listener = await listen(subject.peer)
    const tombstones = [
      { approver: a, s256: 'one', reason: 'revoked by "nobody", at 7%' },
      { approver: b, s256: 'one' },
    ]
    for (const tombstone of tombstones) await add(subject, subject.store, tombstone)
    for (const tombstone of tombstones) await heardOf(subject, listener, tombstone)
  }),
  'tells a listener of what its own process terminated': withListening(async (subject, listen) => {
    const listener = await listen(subject.store)
    const tombstone = { approver: a, s256: 'one' }
    await add(subject, subject.store, tombstone)
    await heardOf(subject, listener, tombstone)
  }),
  'tells a listener of nothing that it could not find': withListening(async (subject, listen) => {
    const listener = await listen(subject.peer)
    const tombstone = { approver: a, s256: 'one', reason: 'completed' }
    await add(subject, subject.store, tombstone)
    await heardOf(subject, listener, tombstone)
    for (const message of listener.told)
      assertEqual(await message.found, message.tombstone, 'what was found when a listener was told of it')
  }),
  'tells a listener of the first tombstone of a mission, and of no other': withListening(
    async (subject, listen) => {
      const listener = await listen(subject.peer)
      const first = { approver: a, s256: 'one', reason: 'completed' }
      await add(subject, subject.store, first)
      await add(subject, subject.store, { ...first, reason: 'revoked' })
      await isToldOfOnly(subject, listener, [first, { approver: b, s256: 'last' }])
    },
  ),
  'tells a listener of every mission by its own name, and of no other': withListening(
    async (subject, listen) => {
      const listener = await listen(subject.peer)
      const digests = ['b c', 'b:c', 'b,c', 'b|c', '"b"', '{b}', 'One', 'one', '-_', '%', '\\']
      await isToldOfOnly(
        subject,
        listener,
        digests.map((s256, index) => ({ approver: `https://s${index}.example`, s256 })),
      )
    },
  ),
  'tells a listener nothing once its subscription has ended, but the others': withListening(
    async (subject, listen) => {
      const [ended, other] = [await listen(subject.peer), await listen(subject.peer)]
      ended.stop()
      const before = ended.told.length
      // If the second of them has been heard, the first has been sent to everybody.
      for (const s256 of ['one', 'two']) {
        await add(subject, subject.store, { approver: a, s256 })
        await heardOf(subject, other, { approver: a, s256 })
      }
      assertEqual(ended.told.length, before, 'messages to the listener whose subscription has ended')
    },
  ),
}

/** A proof that needs listeners. Stores without `subscribe` pass. */
function withListening(
  prove: (subject: TombstoneSubject, listen: Listen) => Promise<void>,
): Proof<TombstoneSubject> {
  return async (subject) => {
    if (subject.store.subscribe === undefined) return
    const { store, heard } = subject
    const record = (attempt: string) => store.add({ approver: begun + attempt, s256: 'one', listed: true })
    const subscribe = (listened: TombstoneStore, tell: (message: Message) => void) =>
      subscribeTo(subject, listened, tell)
    await withListeners({ subscribe, record, heard }, (listen) => prove(subject, listen))
  }
}

function subscribeTo(
  subject: TombstoneSubject,
  store: TombstoneStore,
  tell: (message: Message) => void,
): () => void {
  const end = store.subscribe?.({
    onTerminated(tombstone) {
      const { approver, s256 } = tombstone
      const found = (async () => JSON.stringify(await look(subject, store, approver, s256)))()
      // Only one of the proofs reads it.
      found.catch(() => undefined)
      tell({ approver, tombstone: JSON.stringify(told(tombstone)), found })
    },
    onLost: () => undefined,
  })
  return () => end?.()
}

async function heardOf(
  { heard }: TombstoneSubject,
  listener: Listening<Message>,
  tombstone: Tombstone,
): Promise<void> {
  const wanted = JSON.stringify(told(tombstone))
  await heard(() => listener.told.some((message) => message.tombstone === wanted))
}

/** Records tombstones, of which the listener may have been told before, and expects that it is told of no others. */
async function isToldOfOnly(
  subject: TombstoneSubject,
  listener: Listening<Message>,
  tombstones: readonly Tombstone[],
): Promise<void> {
  for (const tombstone of tombstones) await add(subject, subject.store, tombstone)
  for (const tombstone of tombstones) await heardOf(subject, listener, tombstone)
  const names = tombstones.map((tombstone) => JSON.stringify(told(tombstone)))
  for (const { approver, tombstone } of listener.told)
    if (!approver.startsWith(begun))
      assertEqual([tombstone, names.includes(tombstone)], [tombstone, true], 'a tombstone that was told')
}
