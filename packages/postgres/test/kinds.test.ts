import { describe, expect, it } from 'vitest'
import { Database } from '../src/database.ts'
import type { Kind } from '../src/kinds/kind.ts'
import { kinds } from '../src/kinds/kinds.ts'
import { checkLimits } from '../src/limits.ts'
import { makeStores } from '../src/postgres-stores.ts'
import { QuestionBatch } from '../src/question-batch.ts'
import { newStores, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase()

/** A kind that only this file knows. */
interface CounterStore {
  increase(name: string): Promise<number>
  read(name: string): Promise<number>
}

const counters: Kind<CounterStore> = ({ database, batch, shared }) => ({
  ...shared,
  increase: (name) => database.call('increase_counter', { name }) as Promise<number>,
  read: (name) => batch.ask('read_counters', { name }) as Promise<number>,
})

const countersMigration = (schema: string): string => `
  SET LOCAL search_path = ${schema};
  CREATE TABLE counters (name text PRIMARY KEY, value int);
  CREATE FUNCTION increase_counter(question jsonb) RETURNS jsonb LANGUAGE sql SET search_path FROM CURRENT AS $$
    INSERT INTO counters AS c VALUES (question ->> 'name', 1)
    ON CONFLICT (name) DO UPDATE SET value = c.value + 1 RETURNING to_jsonb(value);
  $$;
  CREATE FUNCTION read_counters(questions jsonb) RETURNS jsonb LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT jsonb_agg(coalesce((SELECT value FROM counters WHERE name = q ->> 'name'), 0) ORDER BY n)
    FROM jsonb_array_elements(questions) WITH ORDINALITY AS asked (q, n);
  $$`

/** All kinds and one more, and the statements they run. */
async function storesAndStatements() {
  const { schema } = await newStores(database.pool)
  await database.pool.query(countersMigration(schema))
  const statements: string[] = []
  const query = queryOf(database.pool)
  const counted = new Database((text, values) => {
    statements.push(text)
    return query(text, values)
  }, schema)
  const stores = makeStores(
    { ...kinds, counters },
    {
      database: counted,
      batch: new QuestionBatch(counted),
      changes: undefined,
      limits: checkLimits({}),
      shared: { ready: async () => undefined, now: async () => 0 },
    },
  )
  return { stores, statements }
}

const mission = { approver: 'https://ps.example', s256: 'one', listed: true }
const token = { iss: 'https://ps.example', jti: 'one' }

describe.skipIf(skipped)(`kinds of stores in PostgreSQL ${skipped}`, () => {
  it('a kind that is added in one file is asked in the same statement as the others', async () => {
    const { stores, statements } = await storesAndStatements()
    expect(await stores.counters.increase('visits')).toBe(1)
    expect(await stores.counters.increase('visits')).toBe(2)
    await stores.tombstones.add({ ...mission, reason: 'revoked' })
    statements.length = 0
    const found = await Promise.all([
      stores.counters.read('visits'),
      stores.revocations.find(token),
      stores.tombstones.find(mission),
      stores.counters.read('none'),
      stores.tombstones.find({ ...mission, s256: 'two' }),
      stores.links.find({ thumbprint: 'key' }),
      stores.statuses.get(mission),
    ])
    const { approver, s256 } = mission
    expect(found).toEqual([
      2,
      { revoked: false },
      { approver, s256, reason: 'revoked' },
      0,
      undefined,
      undefined,
      undefined,
    ])
    expect(statements).toHaveLength(1)
  })

  it('1200 questions of one tick are asked in 3 statements, and each gets its own answer', async () => {
    const { stores, statements } = await storesAndStatements()
    await stores.revocations.add({ ...token, jti: '700', exp: 4_000_000_000, listed: true })
    statements.length = 0
    const asked = Array.from({ length: 1200 }, (_, index) =>
      stores.revocations.find({ ...token, jti: `${index}` }),
    )
    const found = await Promise.all(asked)
    expect(found.flatMap(({ revoked }, index) => (revoked ? [index] : []))).toEqual([700])
    expect(statements).toHaveLength(3)
  })

  it('a statement that fails is not repeated, and fails all its questions', async () => {
    let statements = 0
    const failing = new Database(async () => {
      statements += 1
      throw new Error('the connection was lost')
    }, 'aauth')
    const batch = new QuestionBatch(failing)
    const outcomes = await Promise.allSettled([
      batch.ask('find_revocations', {}),
      batch.ask('find_tombstones', {}),
      failing.call('mark', {}),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(statements).toBe(2)
  })
})
