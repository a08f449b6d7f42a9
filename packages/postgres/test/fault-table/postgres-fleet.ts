/** A fleet of two processes over one PostgreSQL. */
import { type Fleet, makeFleet } from '@aauth-guard/fixtures/fault-table/fleet'
import { startProxy, type TcpProxy } from '@aauth-guard/fixtures/tcp-proxy'
import { type Listen, type PostgresStores, postgresStores } from '@aauth-guard/postgres'
import { onTestFinished } from 'vitest'
import { connectPg, nodePostgres } from '../adapters/pg.ts'
import { newSchema, type TestDatabase } from '../database.ts'

/** What the client says who has no connection, or a server that is not there yet. */
export const disconnected =
  /ECONN|EPIPE|Connection terminated|terminating connection|database system|timeout exceeded when trying to connect/
/** What it says who gets no answer, until it makes another connection. */
export const unanswered = new RegExp(`Query read timeout|${disconnected.source}`)

export interface PostgresFleet extends Fleet {
  readonly schema: string
  /** As `prepare` is called when the application is deployed. */
  readonly prepare: PostgresStores['prepare']
  /** All messages that the second process has heard. */
  readonly messages: readonly string[]
  /** Moves all clocks. */
  advance(seconds: number): void
}

/** How a fleet is started. */
export interface PostgresFleetOptions {
  /** Where each process sends its queries, if not directly to the server. */
  readonly urls?: readonly [string, string]
  /** Where the second process listens; default where it sends its queries. */
  readonly listensAt?: string
  /** Whether clocks run, for what the server does by its clock; by default they stand. */
  readonly runs?: boolean
}

/** Prepares a schema, and makes a fleet that ends with the test. */
export async function startFleet(
  { server, clock, pool }: TestDatabase,
  { urls = [server.url, server.url], listensAt = urls[1], runs = false }: PostgresFleetOptions = {},
): Promise<PostgresFleet> {
  if (runs) clock.set(0)
  else clock.freeze()
  const schema = newSchema()
  const { prepare } = postgresStores({ ...nodePostgres(pool), schema })
  await prepare()
  const messages: string[] = []
  const { listen } = connected(listensAt)
  const counting: Listen = (channel, onMessage, onLost) => {
    const counted: typeof onMessage = (payload) => {
      messages.push(payload)
      onMessage(payload)
    }
    return listen?.(channel, counted, onLost) ?? (() => undefined)
  }
  const stores = [
    postgresStores({ ...connected(urls[0]), schema }),
    postgresStores({ ...connected(urls[1]), listen: counting, schema }),
  ] as const
  const fleet = await makeFleet([stores[0].stores, stores[1].stores], runs ? undefined : clock.now())
  onTestFinished(() => {
    fleet.close()
    for (const each of stores) each.close()
  })
  return {
    ...fleet,
    schema,
    prepare,
    messages,
    advance(seconds) {
      clock.advance(seconds)
      fleet.net.clock.advance(seconds)
    },
  }
}

/** A client as the README connects it. */
function connected(url: string): ReturnType<typeof nodePostgres> {
  const pool = connectPg(url)
  pool.removeAllListeners('error').on('error', () => undefined)
  onTestFinished(() => pool.end())
  return nodePostgres(pool)
}

/** A fleet whose first process reaches the server by a proxy. */
export async function startBehindProxy(
  database: TestDatabase,
  options: PostgresFleetOptions = {},
): Promise<{ readonly fleet: PostgresFleet; readonly proxy: TcpProxy }> {
  const proxy = await startProxy(database.server.port)
  onTestFinished(proxy.close)
  const url = urlOf(proxy)
  const urls = [url, database.server.url] as const
  return { fleet: await startFleet(database, { urls, ...options }), proxy }
}

export function urlOf({ port }: { readonly port: number }): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}
