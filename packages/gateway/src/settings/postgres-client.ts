import type { Listen, Query } from '@aauth-guard/postgres'

/** What is used of the package `pg`. */
interface Pg {
  readonly default: {
    readonly Pool: new (options: object) => Pool
    readonly Client: new (options: object) => Client
  }
}

interface Connection {
  query(text: string, values?: string[]): Promise<{ readonly rows: readonly unknown[] }>
  // biome-ignore lint/suspicious/noExplicitAny: each event has arguments of its own
  on(event: string, listener: (...args: any[]) => void): unknown
  end(): Promise<void>
}

type Pool = Connection

interface Client extends Connection {
  connect(): Promise<unknown>
  escapeIdentifier(name: string): string
}

/** Connections that are given up where the server does not answer. */
export function connectPostgres(
  { default: pg }: Pg,
  url: string,
): { query: Query; listen: Listen; close(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 500, query_timeout: 500 })
  // A connection that breaks while it is idle; without a listener it would end the process.
  pool.on('error', () => undefined)
  return {
    query: (text, values) => pool.query(text, values),
    listen(channel, onMessage, onLost) {
      const client = new pg.Client({ connectionString: url })
      client.on('notification', ({ payload }: { payload?: string }) => onMessage(payload ?? ''))
      client.on('error', ({ message }: Error) => onLost(message))
      client.on('end', () => onLost('the connection ended'))
      client
        .connect()
        .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
        .catch(({ message }: Error) => onLost(message))
      return () => void client.end().catch(() => undefined)
    },
    close: () => pool.end(),
  }
}
