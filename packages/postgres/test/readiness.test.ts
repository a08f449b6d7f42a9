import { type PostgresStoresOptions, postgresStores } from '@aauth-guard/postgres'
import { describe, expect, it } from 'vitest'
import { newStores, poolOf, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase()

describe.skipIf(skipped)(`ready() of stores in PostgreSQL ${skipped}`, () => {
  it('reports the version and what decides about durability', async () => {
    const { ready, stores } = await newStores(database.pool)
    const found = await ready()
    expect(found).toEqual({
      version: expect.any(Number),
      migration: 3,
      synchronousCommit: 'on',
      synchronousStandbys: '',
    })
    expect(found.version).toBeGreaterThanOrEqual(140_000)
    await expect(stores.tombstones.ready()).resolves.toBe(undefined)
  })

  it('rejects with the remedy where the tables are of an older version', async () => {
    const { ready, schema } = await newStores(database.pool)
    await database.pool.query(
      `CREATE OR REPLACE FUNCTION ${schema}.migration_version() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0'`,
    )
    await expect(ready()).rejects.toThrow(
      `the schema "${schema}" is of version 0, but 3 is needed: call prepare()`,
    )
  })

  it('rejects where the connections use another isolation level, as do calls that write', async () => {
    const { schema } = await newStores(database.pool)
    const url = `${database.server.url}?options=-c%20default_transaction_isolation%3Dserializable`
    const pool = poolOf(url)
    const { ready, stores } = postgresStores({ query: queryOf(pool), schema })
    await expect(ready()).rejects.toThrow('use "read committed"')
    await expect(
      stores.tombstones.add({ approver: 'https://ps.example', s256: 'one', listed: true }),
    ).rejects.toThrow('use "read committed"')
    await pool.end()
  })

  it('works for a role that may use the schema and nothing else', async () => {
    const { schema } = await newStores(database.pool)
    await database.pool.query(`CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA ${schema} TO app`)
    const pool = poolOf(database.server.url.replace('postgres@', 'app@'))
    const { ready, stores } = postgresStores({ query: queryOf(pool), schema })
    await ready()
    const mission = { approver: 'https://ps.example', s256: 'one' }
    expect(await stores.tombstones.add({ ...mission, listed: true })).toBe('recorded')
    expect(await stores.tombstones.find({ ...mission, listed: true })).toEqual(mission)
    await expect(pool.query(`DELETE FROM ${schema}.tombstones`)).rejects.toThrow('permission denied')
    await pool.end()
  })
})

describe('options of postgresStores', () => {
  const query: PostgresStoresOptions['query'] = async () => ({ rows: [] })
  it.each<[string, object, string]>([
    ['no query', {}, '"query" is not a function'],
    [
      'a pool as query',
      { query: {} },
      '"query" is not a function: write (text, values) => pool.query(text, values)',
    ],
    ['a client as listen', { query, listen: {} }, '"listen" is not a function'],
    ['a schema in upper case', { query, schema: 'AAuth' }, '"schema" is "AAuth"'],
    ['a schema with a quotation mark', { query, schema: 'a"; DROP' }, '"schema" is "a\\"; DROP"'],
    ['an empty schema', { query, schema: '' }, '"schema" is ""'],
    ['a schema that begins with a digit', { query, schema: '1a' }, '"schema" is "1a"'],
    ['a long schema', { query, schema: 'a'.repeat(41) }, '"schema" is "aaaa'],
    [
      'another "whenEmpty"',
      { query, whenEmpty: 'never' },
      '"whenEmpty" is "never": write "refuse" or "begin"',
    ],
    [
      'a limit of 0',
      { query, limits: { replays: { max: 0 } } },
      '"limits.replays.max" is 0: write a whole number',
    ],
    [
      'an unknown limit',
      { query, limits: { tombstones: { maxPerIssuer: 1 } } },
      '"limits.tombstones.maxPerIssuer" is 1: remove it',
    ],
    [
      'limits of an unknown kind',
      { query, limits: { marks: { max: 1 } } },
      '"limits.marks.max" is 1: remove it',
    ],
  ])('%s is refused with the remedy', (_, options, message) => {
    expect(() => postgresStores(options as PostgresStoresOptions)).toThrow(message)
  })
})
