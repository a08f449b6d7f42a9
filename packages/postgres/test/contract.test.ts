import { type PostgresLimits, type PostgresStores, postgresStores } from '@aauth-guard/postgres'
import {
  linkStoreChecks,
  recordStoreChecks,
  replayStoreChecks,
  revocationStoreChecks,
  type StoreCheck,
  statusStoreChecks,
  tombstoneStoreChecks,
} from '@aauth-guard/testing'
import type pg from 'pg'
import { afterEach, beforeAll, describe, it } from 'vitest'
import { nodePostgres } from './adapters/pg.ts'
import { emptySchema, newSchema, newStores, skipped, useDatabase } from './database.ts'
import { until } from './listening.ts'

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

const opened: PostgresStores[] = []
afterEach(() => {
  for (const stores of opened.splice(0)) stores.close()
})

/** The store of one kind with limits, and the same as a process with connections of its own sees it. */
function madeOf<Name extends keyof PostgresStores['stores']>(name: Name) {
  type Store = PostgresStores['stores'][Name]
  const peers = new WeakMap<object, Store>()
  const open = (pool: pg.Pool, limits: PostgresLimits): Store => {
    const made = postgresStores({
      ...nodePostgres(pool),
      schema,
      limits,
    })
    opened.push(made)
    return made.stores[name]
  }
  return {
    async make(limits: PostgresLimits): Promise<Store> {
      await emptySchema(database.pool, schema)
      const store = open(database.pool, limits)
      const peer = open(database.otherPool, limits)
      peers.set(store, peer)
      peers.set(peer, store)
      return store
    },
    peer: (store: object) => peers.get(store) as Store,
  }
}

const revocations = madeOf('revocations')
const tombstones = madeOf('tombstones')
const replays = madeOf('replays')
const links = madeOf('links')
const statuses = madeOf('statuses')
const records = madeOf('records')
/** An issuer has the space of the checks, and all unlisted issuers ten times as much. */
const tenfold = ({ max }: { readonly max: number }) => ({ max: 10 * max, maxPerIssuer: max })
const tombstoneChecks = (listed: boolean): readonly StoreCheck[] =>
  tombstoneStoreChecks((limits) => tombstones.make({ tombstones: limits }), {
    ...clock,
    heard: until,
    peer: tombstones.peer,
    reopen: tombstones.peer,
    listed,
  })

describe.skipIf(skipped).each<[string, readonly StoreCheck[]]>([
  [
    'revocations',
    revocationStoreChecks((limits) => revocations.make({ revocations: limits }), {
      ...clock,
      heard: until,
      peer: revocations.peer,
    }),
  ],
  ['tombstones of listed person servers', tombstoneChecks(true)],
  ['tombstones of unlisted person servers', tombstoneChecks(false)],
  [
    'used signatures',
    replayStoreChecks((limits) => replays.make({ replays: limits }), { ...clock, peer: replays.peer }),
  ],
  [
    'links',
    linkStoreChecks((limits) => links.make({ links: tenfold(limits) }), {
      ...clock,
      peer: links.peer,
    }),
  ],
  [
    'records',
    recordStoreChecks((limits) => records.make({ records: limits }), { ...clock, peer: records.peer }),
  ],
  [
    'statuses',
    statusStoreChecks((limits) => statuses.make({ statuses: tenfold(limits) }), {
      ...clock,
      peer: statuses.peer,
    }),
  ],
])(`%s in PostgreSQL ${skipped}`, (_, checks) => {
  it.each(checks)('$name', ({ run }) => run())
})
