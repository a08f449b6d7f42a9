import { type Listen, postgresStores } from '@aauth-guard/postgres'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodePostgres } from './adapters/pg.ts'
import { newStores, queryOf, skipped, useDatabase } from './database.ts'
import { until } from './listening.ts'

const database = useDatabase()
const iss = 'https://ps.example'
const mission = { approver: iss, s256: 'one' }

const garbage = [
  'null',
  '5',
  '[]',
  '{"revoked":"x"}',
  '{"revoked":"null"}',
  '{"revoked":"5"}',
  '{"revoked":"{}"}',
  '{"revoked":5}',
  '{"revoked":"[\\"a\\",\\"b\\"]","mission":"x"}',
  '{"purged":"x"}',
  '{"purged":"null","purgedAt":{}}',
  '{"terminated":[1]}',
  '{"terminated":"x"}',
  '{"terminated":"null"}',
  '{"lost":5}',
  'x'.repeat(7000),
  '['.repeat(7000),
  `{"terminated":"${'['.repeat(6900)}"}`,
]

describe.skipIf(skipped)(`a notification that none of the processes sent ${skipped}`, () => {
  it('throws nothing into the client, and changes after it are heard', async () => {
    const listen = nodePostgres(database.pool).listen as Listen
    // What the client calls; what this throws would end the process.
    const thrown: unknown[] = []
    const own = await newStores(database.pool, {
      listen: (channel, onMessage, onLost) =>
        listen(
          channel,
          (payload) => {
            try {
              onMessage(payload)
            } catch (error) {
              thrown.push(error)
            }
          },
          onLost,
        ),
    })
    onTestFinished(() => own.close())
    const heard: unknown[] = []
    let subscribed = 0
    const common = {
      onLost: () => undefined,
      onSubscribed: () => {
        subscribed += 1
      },
    }
    const note = (change: unknown): void => void heard.push(change)
    own.stores.revocations.subscribe?.({ onRevoked: note, onPurged: note, ...common })
    own.stores.tombstones.subscribe?.({ onTerminated: note, ...common })
    await until(() => subscribed === 2)

    for (const payload of garbage)
      await database.otherPool.query('SELECT pg_notify($1, $2)', [`${own.schema}_changes`, payload])
    const writer = postgresStores({ query: queryOf(database.otherPool), schema: own.schema })
    await writer.stores.tombstones.add({ ...mission, listed: true })
    await until(() => heard.length > 0)
    expect(heard).toEqual([mission])
    expect(thrown).toEqual([])
  })
})
