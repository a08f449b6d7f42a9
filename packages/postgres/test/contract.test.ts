import type { ReplayStore, RevocationStore, Stores, TombstoneStore } from '@aauth-guard/core'
import { type PostgresLimits, postgresStores } from '@aauth-guard/postgres'
import { replayStoreChecks, revocationStoreChecks, tombstoneStoreChecks } from '@aauth-guard/testing'
import { beforeAll, describe, it } from 'vitest'
import { emptySchema, newSchema, newStores, queryOf, skipped, useDatabase } from './database.ts'

// What is checked does not depend on it, and takes a third of the time.
const database = useDatabase({ synchronous_commit: 'off' })
const schema = newSchema()
beforeAll(async () => {
  if (skipped !== '') return
  await newStores(database.pool, { schema })
  database.clock.freeze()
})
const clock = {
  now: () => database.clock.now(),
  advance: (seconds: number) => database.clock.advance(seconds),
}

/** The store of one kind with limits, and the same as a process with connections of its own sees it. */
function madeOf<Name extends keyof Stores>(name: Name) {
  const peers = new WeakMap<object, Required<Stores>[Name]>()
  return {
    async make(limits: PostgresLimits): Promise<Required<Stores>[Name]> {
      await emptySchema(database.pool, schema)
      const { stores } = postgresStores({ query: queryOf(database.pool), schema, limits })
      const peer = postgresStores({ query: queryOf(database.otherPool), schema, limits })
      peers.set(stores[name], peer.stores[name])
      peers.set(peer.stores[name], stores[name])
      return stores[name]
    },
    peer: (store: object) => peers.get(store) as Required<Stores>[Name],
  }
}

describe.skipIf(skipped)(`revocations in PostgreSQL ${skipped}`, () => {
  const { make, peer } = madeOf('revocations')
  const checks = revocationStoreChecks((revocations): Promise<RevocationStore> => make({ revocations }), {
    peer,
    ...clock,
  })
  it.each(checks)('$name', ({ run }) => run())
})

describe.skipIf(skipped).each([true, false])(
  `tombstones in PostgreSQL, person servers listed: %s ${skipped}`,
  (listed) => {
    const { make, peer } = madeOf('tombstones')
    const checks = tombstoneStoreChecks((tombstones): Promise<TombstoneStore> => make({ tombstones }), {
      peer,
      reopen: peer,
      listed,
      ...clock,
    })
    it.each(checks)('$name', ({ run }) => run())
  },
)

describe.skipIf(skipped)(`used signatures in PostgreSQL ${skipped}`, () => {
  const { make, peer } = madeOf('replays')
  const checks = replayStoreChecks((replays): Promise<ReplayStore> => make({ replays }), { peer, ...clock })
  it.each(checks)('$name', ({ run }) => run())
})
