import type { PostgresStoresOptions } from '@aauth-guard/postgres'
import pg from 'pg'

/** A pool that gives a connection up if the server does not answer. */
export function connectPg(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 500, query_timeout: 500 })
  // A connection that breaks while it is idle; without a listener it would end the process.
  pool.on('error', ({ message }) => console.error(message))
  return pool
}

export function nodePostgres(pool: pg.Pool): Required<Pick<PostgresStoresOptions, 'query' | 'listen'>> {
  return {
    query: (text, values) => pool.query(text, values),
    listen(channel, onMessage, onLost) {
      const client = new pg.Client(pool.options)
      client.on('notification', ({ payload }) => onMessage(payload ?? ''))
      client.on('error', ({ message }) => onLost(message))
      client.on('end', () => onLost('the connection ended'))
      client
        .connect()
        .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
        .catch(({ message }: Error) => onLost(message))
      return () => void client.end().catch(() => undefined)
    },
  }
}
