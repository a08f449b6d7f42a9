import type { RecordEntry } from '@aauth-guard/core'
import { postgresStores, StoreDataLostError } from '@aauth-guard/postgres'
import { describe, expect, it } from 'vitest'
import { newStores, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase({ synchronous_commit: 'off' })

function entryOf(id: string, given: Partial<RecordEntry> = {}): RecordEntry {
  return {
    ...{ kind: 'held', id, octets: new Uint8Array(9), open: true, owner: id, issuer: 'https://a.example' },
    ...{ listed: false, tags: ['one', 'two'], expires: 9e9 },
    ...given,
  }
}

describe.skipIf(skipped)(`records in PostgreSQL ${skipped}`, () => {
  it('are durable although the server has "synchronous_commit" off, and leave it off for others', async () => {
    const { schema, stores } = await newStores(database.pool)
    expect(stores.records.durable).toBe(true)
    const question = JSON.stringify({ tag: 'one', reason: 'revoked' })
    const client = await database.pool.connect()
    try {
      const shown = async () => (await client.query('SHOW synchronous_commit')).rows[0].synchronous_commit
      await client.query('BEGIN')
      await client.query(`SELECT ${schema}.end_records($1::text::jsonb)`, [question])
      const inside = await shown()
      await client.query('COMMIT')
      expect([inside, await shown()]).toEqual(['on', 'off'])
    } finally {
      client.release()
    }
  })

  it('are there after a crash of the server at once after each change', async () => {
    const { stores, schema } = await newStores(database.pool)
    for (let round = 0; round < 5; round += 1) {
      const id = `round-${round}`
      expect(await stores.records.create(entryOf(id))).toBe('created')
      const version = (await stores.records.find({ kind: 'held', id }))?.version ?? ''
      const change = { ...entryOf(id), version, creates: entryOf(id, { kind: 'claim' }) }
      expect(await stores.records.replace(change)).toBe('replaced')
      await database.server.restart()
      const after = postgresStores({ query: queryOf(database.otherPool), schema }).stores.records
      const find = async (): Promise<unknown> => after.find({ kind: 'claim', id })
      // The first connection of the pool is from before the crash.
      expect(await find().catch(find)).toBeDefined()
      expect(await after.replace(change)).toBe('conflict')
    }
  })

  it('that one tag ends are counted at once, so that thousands of them stop nobody else', async () => {
    const { stores, schema } = await newStores(database.pool)
    const { pool } = database
    for (let made = 0; made < 60; made += 1)
      await stores.records.create(
        entryOf(`${made}`, {
          owner: `owner-${made % 3}`,
          open: made < 20,
          ...(made === 0 && { tags: ['two'] }),
        }),
      )
    await pool.query(`
      CREATE SEQUENCE ${schema}.writes;
      CREATE FUNCTION ${schema}.note_write() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM nextval(''${schema}.writes''); RETURN NEW; END';
      CREATE TRIGGER note_write BEFORE INSERT OR UPDATE ON ${schema}.record_use
        FOR EACH ROW EXECUTE FUNCTION ${schema}.note_write()`)
    expect(await stores.records.end({ tag: 'one', reason: 'revoked' })).toBe(59)
    // Three owners, one issuer, and all unlisted issuers.
    expect((await pool.query(`SELECT last_value FROM ${schema}.writes`)).rows).toEqual([{ last_value: '5' }])
    const { rows } = await pool.query(
      `SELECT sum(open) AS open FROM ${schema}.record_use WHERE scope LIKE 'owner %'`,
    )
    expect(rows).toEqual([{ open: '1' }])
    expect(await stores.records.end({ tag: 'one', reason: 'revoked' })).toBe(0)
  })

  it('leave nothing behind when they have ended', async () => {
    const { stores, schema } = await newStores(database.pool)
    const expires = Math.floor(database.clock.now()) + 10
    for (const id of ['a', 'b', 'c']) await stores.records.create(entryOf(id, { expires }))
    database.clock.advance(11)
    expect(await stores.records.create(entryOf('d'))).toBe('created')
    const { rows } = await database.pool.query(
      `SELECT scope, open, octets FROM ${schema}.record_use ORDER BY scope`,
    )
    expect(rows).toEqual([
      { scope: 'owner d', open: '1', octets: '521' },
      { scope: 'pool', open: '1', octets: '521' },
      { scope: expect.stringMatching(/^unlisted /), open: '1', octets: '521' },
    ])
    expect((await database.pool.query(`SELECT count(*) FROM ${schema}.records`)).rows).toEqual([
      { count: '1' },
    ])
  })

  it('come with prepare() to a schema of the version before, which keeps its entries', async () => {
    const { stores, schema, prepare } = await newStores(database.pool)
    const mission = { approver: 'https://ps.example', s256: 'one', listed: true }
    await stores.tombstones.add(mission)
    await database.pool.query(`DROP TABLE ${schema}.records, ${schema}.record_use CASCADE`)
    await database.pool.query(
      `CREATE OR REPLACE FUNCTION ${schema}.migration_version() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'`,
    )
    await expect(stores.records.ready()).rejects.toThrow('is of version 1, but 3 is needed: call prepare()')
    await prepare()
    expect(await stores.records.create(entryOf('one'))).toBe('created')
    expect(await stores.tombstones.find(mission)).toMatchObject({ s256: 'one' })
  })

  it('are kept by prepare() on a schema without the names of records, and are listed from then on', async () => {
    const { stores, schema, prepare } = await newStores(database.pool)
    await database.pool.query(`ALTER TABLE ${schema}.records DROP COLUMN name`)
    await database.pool.query(`DROP FUNCTION ${schema}.list_records`)
    await database.pool.query(
      `CREATE OR REPLACE FUNCTION ${schema}.migration_version() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2';
      INSERT INTO ${schema}.records VALUES (${schema}.key_of('["held","before"]'), '\\x01', 'a', true, 'o', '\\x02', true, 513, '{one}', 9e9)`,
    )
    await prepare()
    expect(await stores.records.create(entryOf('after'))).toBe('created')
    expect(await stores.records.list({ tag: 'one', limit: 9 })).toEqual([{ kind: 'held', id: 'after' }])
    expect(await stores.records.find({ kind: 'held', id: 'before' })).toMatchObject({ version: 'a' })
  })

  it('are lost if their table was dropped, and prepare() alone does not begin without them', async () => {
    const { stores, schema, prepare } = await newStores(database.pool)
    await database.pool.query(`DROP TABLE ${schema}.records CASCADE`)
    await expect(stores.records.find({ kind: 'held', id: 'one' })).rejects.toThrow(StoreDataLostError)
    await expect(prepare()).rejects.toThrow(StoreDataLostError)
    await prepare({ afterLoss: true })
    expect(await stores.records.find({ kind: 'held', id: 'one' })).toBeUndefined()
  })
})
