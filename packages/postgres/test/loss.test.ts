import { authorize, createResource, type Resource } from '@aauth-guard/core'
import { postgresStores, StoreDataLostError } from '@aauth-guard/postgres'
import { createTestNetwork, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { newSchema, newStores, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase()
const token = { iss: 'https://ps.example', jti: 'one' }
const mission = { approver: 'https://ps.example', s256: 'one', listed: true }

type Made = Awaited<ReturnType<typeof newStores>>

async function markOf({ stores }: Pick<Made, 'stores'>, fingerprint: string) {
  const until = Math.floor(await stores.replays.now()) + 60
  return { issuer: token.iss, owner: 'key', fingerprint, until, window: 60, listed: true }
}

/** Expects that every call that a request makes fails. */
async function expectLoss({ stores }: Made): Promise<void> {
  const until = Math.floor(database.clock.now()) + 60
  const outcomes = await Promise.allSettled([
    stores.revocations.find(token),
    stores.tombstones.find(mission),
    stores.links.find({ thumbprint: 'key' }),
    stores.statuses.get(mission),
    stores.replays.mark({
      issuer: token.iss,
      owner: 'key',
      fingerprint: 'any',
      until,
      window: 60,
      listed: true,
    }),
    stores.revocations.add({ ...token, exp: until, listed: true }),
    stores.tombstones.add(mission),
    stores.statuses.claim(mission, 1000),
    stores.records.find({ kind: 'claim', id: 'one' }),
    stores.records.end({ tag: 'one', reason: 'revoked' }),
    stores.records.list({ tag: 'one', limit: 1 }),
  ])
  for (const outcome of outcomes)
    expect(outcome).toEqual({ status: 'rejected', reason: expect.any(StoreDataLostError) })
}

describe.skipIf(skipped)(`entries in PostgreSQL that are lost ${skipped}`, () => {
  it.each(['marks', 'revocations', 'purges', 'tombstones', 'full_servers', 'records', 'marker'])(
    'after TRUNCATE of %s every call fails, and prepare() alone changes nothing',
    async (table) => {
      const made = await newStores(database.pool)
      await database.pool.query(`TRUNCATE ${made.schema}.${table}`)
      await expectLoss(made)
      await expect(made.ready()).rejects.toThrow(/has lost its entries/)
      await expect(made.stores.links.ready()).rejects.toThrow(StoreDataLostError)
      await expect(made.prepare()).rejects.toThrow(StoreDataLostError)
      await expectLoss(made)
    },
  )

  it('after a table was dropped, prepare() alone does not begin with an empty one', async () => {
    const made = await newStores(database.pool)
    await database.pool.query(`DROP TABLE ${made.schema}.tombstones`)
    await expect(made.stores.tombstones.find(mission)).rejects.toThrow(StoreDataLostError)
    await expect(made.prepare()).rejects.toThrow(StoreDataLostError)
    await expect(made.stores.revocations.find(token)).rejects.toThrow(StoreDataLostError)
    await made.prepare({ afterLoss: true })
    expect(await made.stores.tombstones.find(mission)).toBe(undefined)
  })

  it('after the schema was dropped every call fails until an operator prepares it', async () => {
    const made = await newStores(database.pool)
    await database.pool.query(`DROP SCHEMA ${made.schema} CASCADE`)
    await expectLoss(made)
    await made.prepare({ afterLoss: true })
    expect(await made.stores.revocations.find(token)).toEqual({ revoked: false })
  })

  it('a schema that was never prepared fails with the remedy', async () => {
    const { stores } = postgresStores({ query: queryOf(database.pool), schema: newSchema() })
    await expect(stores.revocations.find(token)).rejects.toThrow('call prepare() if the database is new')
  })

  it('signatures are unknown after a loss until those from before it are stale', async () => {
    const made = await newStores(database.pool)
    expect(await made.stores.replays.mark(await markOf(made, 'before'))).toBe('first')
    await database.pool.query(`TRUNCATE ${made.schema}.marks`)
    await made.prepare({ afterLoss: true })
    const before = await markOf(made, 'before')
    expect(await made.stores.replays.mark(before)).toBe('unknown')
    database.clock.advance(170)
    expect(await made.stores.replays.mark(await markOf(made, 'later'))).toBe('unknown')
    database.clock.advance(11)
    expect(await made.stores.replays.mark(await markOf(made, 'last'))).toBe('first')
    expect(await made.stores.replays.mark(before)).toBe('unknown')
  })

  it('a signature used before a loss is not accepted after it, even where the clock of a process is 55 s behind', async () => {
    const made = await newStores(database.pool)
    const network = await createTestNetwork({ seed: 'loss' })
    const processAt = (seconds: number): Resource => {
      const now = (): number => Math.floor(database.clock.now()) + seconds
      return createResource({
        issuer: network.resource,
        trust: 'any',
        fetch: network.fetch,
        stores: made.stores,
        now,
      })
    }
    const [ahead, behind] = [processAt(55), processAt(-55)]
    const agent = await network.agent()
    network.clock.set(Math.floor(database.clock.now()))
    const message = await agent.sign(
      `${network.resource}/notes`,
      { method: 'POST' },
      {
        token: await agent.authToken({ scope: 'access' }),
        // Nearly a window ahead of the process that accepts it.
        created: Math.floor(database.clock.now()) + 55 + 58,
        params: { nonce: 'one' },
      },
    )
    const codeAt = (resource: Resource): Promise<string> =>
      authorize(resource, toSignedRequest(message)).then(
        () => 'accepted',
        (error: { code: string }) => error.code,
      )
    expect(await codeAt(ahead)).toBe('accepted')
    await database.pool.query(`TRUNCATE ${made.schema}.marks`)
    await made.prepare({ afterLoss: true })
    const codes = new Set<string>()
    for (let passed = 0; passed < 240; passed += 5) {
      codes.add(await codeAt(behind))
      database.clock.advance(5)
    }
    // The process takes it for too early, then for fresh, which the store refuses, and then for stale.
    expect([...codes]).toEqual(['clock_skew', 'server_error', 'invalid_signature'])
  })

  it('prepare() can be run again, by many processes at once, and keeps all entries', async () => {
    const made = await newStores(database.pool)
    await made.stores.tombstones.add({ ...mission, reason: 'revoked' })
    await Promise.all([made.prepare(), made.prepare(), made.prepare()])
    const { approver, s256 } = mission
    expect(await made.stores.tombstones.find(mission)).toEqual({ approver, s256, reason: 'revoked' })
    expect(await made.stores.replays.mark(await markOf(made, 'one'))).toBe('first')
  })

  it('with "whenEmpty" of "begin" the first call prepares the schema, and signatures are unknown for a while', async () => {
    const made = postgresStores({ query: queryOf(database.pool), schema: newSchema(), whenEmpty: 'begin' })
    const found = await Promise.all([
      made.stores.revocations.find(token),
      made.stores.revocations.find(token),
    ])
    expect(found).toEqual([{ revoked: false }, { revoked: false }])
    expect(await made.stores.replays.mark(await markOf(made, 'one'))).toBe('unknown')
    expect((await made.ready()).migration).toBe(3)
  })
})
