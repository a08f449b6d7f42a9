/** A connection that listens, and what it does when it fails. */
import type { Listen } from '@aauth-guard/postgres'
import pg from 'pg'

/** The `listen` of the README. `pids` are the processes of the server, the newest last. */
export function listenTo(connectionString: string): Listen & { readonly pids: number[] } {
  const pids: number[] = []
  const listen: Listen = (channel, onMessage, onLost) => {
    const client = new pg.Client({ connectionString })
    client.on('notification', ({ payload }) => onMessage(payload ?? ''))
    client.on('error', ({ message }) => onLost(message))
    client.on('end', () => onLost('the connection ended'))
    client
      .connect()
      .then(() => client.query('SELECT pg_backend_pid() AS pid'))
      .then(({ rows }) => pids.push(rows[0].pid))
      .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
      .catch(({ message }: Error) => onLost(message))
    return () => void client.end().catch(() => undefined)
  }
  return Object.assign(listen, { pids })
}

/** Resolves once a condition holds. It never gives up: a test that waits for what does not come ends by itself. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}
