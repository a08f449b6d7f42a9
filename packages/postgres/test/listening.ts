import type pg from 'pg'

/** The process of the server that serves the newest connection that listens. */
export async function listeningProcess(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query(
    "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %' ORDER BY backend_start DESC LIMIT 1",
  )
  return rows[0].pid
}

/** Resolves once a condition holds. It never gives up: a test that waits for what does not come ends by itself. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10))
}
