import type { FoundRevocation, Revocation, RevocationStore } from '@aauth-guard/core'
import { type Listening, withListeners } from './push.ts'
import { a, add, b, type RevocationProofs, type RevocationSubject } from './revocation-proofs.ts'
import { assertEqual, type Proof } from './store-checks.ts'

interface Message {
  /** Issuer, and either token and mission, or the second of a purge. */
  readonly entry: readonly [iss: string, ...(string | number)[]]
  /** What the store said when the listener was called. */
  readonly found: Promise<FoundRevocation>
}

type Listen = (store: RevocationStore) => Promise<Listening<Message>>

const mission = { approver: 'https://ps.example', s256: 'mission' }
const begun = 'https://begin'

/** What a store promises that has `subscribe`. */
export const pushes: RevocationProofs = {
  'tells a listener of a revocation, with its mission': withListening(async (subject, listen) => {
    const { told } = await listen(subject.peer)
    await subject.store.add({ iss: a, jti: 'one', exp: subject.now + 1000, mission, listed: false })
    await add(subject.store, b, 'two', subject.now + 1000)
    await heardAll(subject, told, [
      [a, 'one', mission.approver, mission.s256],
      [b, 'two'],
    ])
  }),
  'tells a listener of a purge': withListening(async (subject, listen) => {
    const { told } = await listen(subject.peer)
    const purgedAt = await subject.store.purge({ iss: a, listed: false })
    await heardAll(subject, told, [[a, purgedAt]])
  }),
  'tells a listener of what its own process did': withListening(async (subject, listen) => {
    const { told } = await listen(subject.store)
    await add(subject.store, a, 'one', subject.now + 1000)
    const purgedAt = await subject.store.purge({ iss: b, listed: false })
    await heardAll(subject, told, [
      [a, 'one'],
      [b, purgedAt],
    ])
  }),
  'tells a listener of nothing that it could not find': withListening(async (subject, listen) => {
    const { told } = await listen(subject.peer)
    await add(subject.store, a, 'one', subject.now + 1000)
    const purgedAt = await subject.store.purge({ iss: b, listed: false })
    await heardAll(subject, told, [
      [a, 'one'],
      [b, purgedAt],
    ])
    for (const { entry, found } of told) {
      const { revoked, purgedAt: lastPurge } = await found
      const isFound = entry[0] === b ? lastPurge === purgedAt : revoked
      assertEqual([...entry, isFound], [...entry, true], 'an entry, when a listener was told of it')
    }
  }),
  'tells a listener of every entry by its own name, and of no other': withListening(
    async (subject, listen) => {
      const { told } = await listen(subject.peer)
      const tokens = [
        'b c',
        'b:c',
        'b,c',
        'b|c',
        '"b"',
        '{b}',
        'Token',
        'token',
        'token ',
        '\u00e9',
        '%',
        '\\',
      ]
      for (const [index, jti] of tokens.entries())
        await add(subject.store, `https://i${index}.example`, jti, subject.now + 1000)
      const entries = tokens.map((jti, index): [string, string] => [`https://i${index}.example`, jti])
      await heardAll(subject, told, entries)
      const names = new Set(entries.map((entry) => JSON.stringify(entry)))
      for (const { entry } of told)
        if (!entry[0].startsWith(begun))
          assertEqual([entry, names.has(JSON.stringify(entry))], [entry, true], 'an entry that was told')
    },
  ),
  'tells a listener nothing once its subscription has ended, but the others': withListening(
    async (subject, listen) => {
      const [ended, other] = [await listen(subject.peer), await listen(subject.peer)]
      ended.stop()
      const before = ended.told.length
      // If the second of them has been heard, the first has been sent to everybody.
      for (const jti of ['one', 'two']) {
        await add(subject.store, a, jti, subject.now + 1000)
        await heardAll(subject, other.told, [[a, jti]])
      }
      assertEqual(ended.told.length, before, 'messages to the listener whose subscription has ended')
    },
  ),
}

/** A proof that needs listeners. Stores without `subscribe` pass. */
function withListening(
  prove: (subject: RevocationSubject, listen: Listen) => Promise<void>,
): Proof<RevocationSubject> {
  return async (subject) => {
    if (subject.store.subscribe === undefined) return
    const { store, now, heard } = subject
    const record = (attempt: string) => add(store, begun + attempt, 'token', now + 1000, true)
    await withListeners({ subscribe, record, heard }, (listen) => prove(subject, listen))
  }
}

function subscribe(store: RevocationStore, tell: (message: Message) => void): () => void {
  const told = (entry: Message['entry'], jti = 'any'): void => {
    const found = (async () => store.find({ iss: entry[0], jti }))()
    // Only one of the proofs reads it.
    found.catch(() => undefined)
    tell({ entry, found })
  }
  const end = store.subscribe?.({
    onRevoked: (token) => told(entryOf(token), token.jti),
    onPurged: ({ iss, purgedAt }) => told([iss, purgedAt]),
    onLost: () => undefined,
  })
  return () => end?.()
}

function entryOf({ iss, jti, mission }: Pick<Revocation, 'iss' | 'jti' | 'mission'>): Message['entry'] {
  return mission === undefined ? [iss, jti] : [iss, jti, mission.approver, mission.s256]
}

async function heardAll(
  { heard }: RevocationSubject,
  told: readonly Message[],
  entries: readonly Message['entry'][],
): Promise<void> {
  for (const entry of entries)
    await heard(() => told.some((message) => JSON.stringify(message.entry) === JSON.stringify(entry)))
}
