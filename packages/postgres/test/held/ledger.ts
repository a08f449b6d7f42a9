/** A ledger in PostgreSQL, in the schema of the stores. */
import type { Ledger } from '@aauth-guard/fixtures/held/bank'
import { postgresStores, type Query } from '@aauth-guard/postgres'
import { poolOf, queryOf } from '../database.ts'

/** @param step called before and after each statement */
export function openLedger(
  { url = '', schema = '' }: Readonly<Record<string, string>>,
  idempotent: boolean,
  step: () => void = () => undefined,
): Ledger {
  const pool = poolOf(url)
  const send = queryOf(pool)
  const query: Query = async (...given) => {
    step()
    const answered = await send(...given)
    step()
    return answered
  }
  const table = `${schema}.${idempotent ? 'ledger_once' : 'ledger'}`
  const once = idempotent ? ' ON CONFLICT DO NOTHING' : ''
  return {
    records: postgresStores({ query, schema }).stores.records,
    async add(key, target) {
      await query(`INSERT INTO ${table} (key, target) VALUES ($1, $2)${once}`, [key, target])
    },
    async entries(target) {
      const { rows } = await pool.query(`SELECT count(*)::int AS entries FROM ${table} WHERE target = $1`, [
        target,
      ])
      return rows[0].entries
    },
    close: () => pool.end(),
  }
}
