import type { RevocationListener, TombstoneListener } from '@aauth-guard/core'
import { type PostgresStores, postgresStores } from '@aauth-guard/postgres'
import { afterEach, describe, expect, it } from 'vitest'
import { nodePostgres } from './adapters/pg.ts'
import { newStores, queryOf, skipped, useDatabase } from './database.ts'
import { listeningProcess, until } from './listening.ts'

const database = useDatabase()
const opened: PostgresStores[] = []
afterEach(() => {
  for (const stores of opened.splice(0)) stores.close()
})

/** A process that listens, what it has heard, and another that writes. */
async function listening() {
  const { listen } = nodePostgres(database.pool)
  const listener = await newStores(database.pool, { listen })
  const writer = postgresStores({ query: queryOf(database.otherPool), schema: listener.schema })
  opened.push(listener, writer)
  const heard: unknown[] = []
  const lost: string[] = []
  const onLost = (hint: string): void => {
    lost.push(hint)
  }
  const subscribed = { count: 0 }
  const onSubscribed = (): void => {
    subscribed.count += 1
  }
  const revocations: RevocationListener = {
    onRevoked: (token) => heard.push(token),
    onPurged: (issuer) => heard.push(issuer),
    onLost,
    onSubscribed,
  }
  const tombstones: TombstoneListener = {
    onTerminated: (mission) => heard.push(mission),
    onLost,
    onSubscribed,
  }
  const ends = [
    listener.stores.revocations.subscribe?.(revocations),
    listener.stores.tombstones.subscribe?.(tombstones),
  ]
  await until(() => subscribed.count === 2)
  lost.length = 0
  return {
    listener: listener.stores,
    writer: writer.stores,
    schema: listener.schema,
    heard,
    lost,
    subscribed,
    ends,
  }
}

const iss = 'https://ps.example'
const exp = 4_000_000_000
const mission = { approver: iss, s256: 'one' }

describe.skipIf(skipped)(`changes that PostgreSQL tells ${skipped}`, () => {
  it('a listener hears of revocations, purges and terminations, and finds them', async () => {
    const { writer, listener, heard } = await listening()
    await writer.revocations.add({ iss, jti: 'a "b" \u00e9 \0', exp, listed: true, mission })
    await writer.revocations.add({ iss, jti: 'two', exp, listed: true })
    const purgedAt = await writer.revocations.purge({ iss, listed: true })
    await writer.tombstones.add({ ...mission, reason: 'revoked', listed: true })
    await until(() => heard.length === 4)
    expect(heard).toEqual([
      { iss, jti: 'a "b" \u00e9 \0', mission },
      { iss, jti: 'two' },
      { iss, purgedAt },
      { ...mission, reason: 'revoked' },
    ])
    expect(await listener.revocations.find({ iss, jti: 'two' })).toEqual({ revoked: true, purgedAt })
  })

  it('an entry whose transaction is rolled back is not told', async () => {
    const { writer, schema, heard } = await listening()
    const client = await database.pool.connect()
    await client.query('BEGIN')
    const question = { issuer: '["https://undone.example"]' }
    await client.query(`SELECT ${schema}.purge_issuer($1)`, [JSON.stringify(question)])
    await client.query('ROLLBACK')
    client.release()
    await writer.tombstones.add({ ...mission, listed: true })
    await until(() => heard.length > 0)
    expect(heard).toEqual([mission])
  })

  it('a termination without room, and a change that is too long for a message, count as lost messages', async () => {
    const { writer, listener, lost, schema } = await listening()
    await writer.revocations.add({ iss, jti: 'x'.repeat(9000), exp, listed: true })
    await until(() => lost.length === 2)
    expect(lost[0]).toContain('too long for a message')
    expect((await listener.revocations.find({ iss, jti: 'x'.repeat(9000) })).revoked).toBe(true)
    const small = postgresStores({
      query: queryOf(database.otherPool),
      schema,
      limits: { tombstones: { maxPerServer: 1 } },
    })
    await small.stores.tombstones.add({ ...mission, listed: true })
    for (const s256 of ['two', 'three'])
      await small.stores.tombstones.add({ approver: iss, s256, listed: true })
    await small.stores.tombstones.add({ ...mission, listed: true })
    await until(() => lost.length >= 4)
    expect(lost.slice(2)).toEqual(Array(2).fill(expect.stringContaining('found no room')))
  })

  it('a listener that has unsubscribed hears nothing, and with the last one the connection ends', async () => {
    const { writer, heard, ends } = await listening()
    const pid = await listeningProcess(database.pool)
    ends[0]?.()
    await writer.revocations.add({ iss, jti: 'one', exp, listed: true })
    await writer.tombstones.add({ ...mission, listed: true })
    await until(() => heard.length > 0)
    expect(heard).toEqual([mission])
    ends[1]?.()
    await until(async () => {
      const { rows } = await database.pool.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])
      return rows.length === 0
    })
  })

  it('stores without "listen" have no "subscribe"', async () => {
    const { stores } = await newStores(database.pool)
    expect('subscribe' in stores.revocations).toBe(false)
    expect('subscribe' in stores.tombstones).toBe(false)
  })
})

describe.skipIf(skipped)(`a subscription to PostgreSQL that is lost ${skipped}`, () => {
  const lateEntry = { iss, jti: 'late', exp, listed: true }

  it('is told at once where the server ends the connection, and made again', async () => {
    const { writer, heard, lost, subscribed } = await listening()
    await database.pool.query('SELECT pg_terminate_backend($1)', [await listeningProcess(database.pool)])
    await until(() => subscribed.count === 4)
    expect(lost[0]).toContain('terminating connection')
    await writer.revocations.add(lateEntry)
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ iss, jti: 'late' }])
  })

  it('is told where the connection stays open and brings nothing, and made again', async () => {
    const { writer, heard, lost, subscribed } = await listening()
    const pid = await listeningProcess(database.pool)
    process.kill(pid, 'SIGSTOP')
    try {
      await until(() => subscribed.count === 4)
      expect(lost[0]).toContain('did not arrive')
      await writer.revocations.add(lateEntry)
      await until(() => heard.length > 0)
      expect(heard).toEqual([{ iss, jti: 'late' }])
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })

  it('is told once a second while the whole server is stopped, and once more when it goes on', async () => {
    const { lost, heard, writer, subscribed } = await listening()
    database.server.stop()
    try {
      await until(() => lost.length >= 6)
    } finally {
      database.server.cont()
    }
    expect(subscribed.count).toBe(2)
    await until(() => subscribed.count === 4)
    await writer.revocations.add(lateEntry)
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ iss, jti: 'late' }])
  })

  it('is made again after a crash of the server, whose entries are all there', async () => {
    const { lost, heard, writer, subscribed } = await listening()
    await writer.revocations.add({ iss, jti: 'before', exp, listed: true })
    await database.server.kill()
    await until(() => lost.length > 0)
    await expect(writer.revocations.find({ iss, jti: 'before' })).rejects.toThrow()
    await database.server.restart()
    await until(() => subscribed.count === 4)
    expect(await writer.revocations.find({ iss, jti: 'before' })).toEqual({ revoked: true })
    heard.length = 0
    await writer.revocations.add(lateEntry)
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ iss, jti: 'late' }])
  })
})
