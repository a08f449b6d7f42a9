import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { UnknownOutcome } from '@aauth-guard/core/managed'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { countOfRuns, drawSeed } from '../../../../scripts/property-runs.ts'
import { newStores, queryOf, skipped, useDatabase } from '../database.ts'
import { type Held, openBank } from './bank.ts'

const program = resolve(import.meta.dirname, 'bank-process.ts')
const isDeep = countOfRuns(0) > 0
/** Calls that a process runs while it is killed, and processes that are killed. */
const calls = 5
const kills = isDeep ? 200 : 4
const polls = isDeep ? 10_000 : 100
const database = useDatabase()
let schema: string

beforeAll(async () => {
  if (skipped !== '') return
  const made = await newStores(database.pool)
  schema = made.schema
  await database.pool.query(`CREATE TABLE ${schema}.ledger (key text, target text)`)
  await database.pool.query(`CREATE TABLE ${schema}.ledger_once (key text PRIMARY KEY, target text)`)
})

type Child = ChildProcessByStdio<Writable, Readable, Readable>

function start(options: object): Child {
  const given = { url: database.server.url, schema, ...options }
  const child = spawn(process.execPath, [program, JSON.stringify(given)], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stderr.on('data', (text) => process.stderr.write(text))
  return child
}

/** Runs a process that holds calls and polls them, and that may kill itself in between. */
async function holdAndDie(
  options: object,
): Promise<{ held: readonly Held[]; steps: number; signal: unknown }> {
  const child = start({ mode: 'hold', calls, ...options })
  let stdout = ''
  child.stdout.on('data', (text) => {
    stdout += text
  })
  const signal = await new Promise((done) => child.on('close', (_, how) => done(how)))
  const [held, ended] = stdout.split('\n')
  return { held: JSON.parse(held as string), steps: ended ? JSON.parse(ended).steps : 0, signal }
}

async function entriesOf(table: string, target: string): Promise<number> {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS entries FROM ${schema}.${table} WHERE target = $1`,
    [target],
  )
  return rows[0].entries
}

describe.skipIf(skipped)(`processes that are lost while they run held calls ${skipped}`, () => {
  it.each([
    ['with idempotent leave exactly one entry of each call', true],
    ['leave no entry or one of each call, and every unknown outcome is told', false],
  ])(
    `%s (${kills} kills of ${calls} calls)`,
    async (_, idempotent) => {
      const { steps } = await holdAndDie({ agent: `all-${idempotent}`, idempotent, killAt: 0 })
      // Finding, claiming, the entry, and keeping of each call.
      expect(steps).toBeGreaterThan(calls * 8)
      const seed = drawSeed()
      const places = fc.sample(fc.integer({ min: 1, max: steps }), { seed, numRuns: kills })
      const told: UnknownOutcome[] = []
      const next = await openBank({
        query: queryOf(database.otherPool),
        schema,
        idempotent,
        ahead: 200,
        onUnknown: (outcome) => void told.push(outcome),
      })
      const seen = new Set<number>()
      for (const [round, killAt] of places.entries()) {
        const { held, signal } = await holdAndDie({ agent: `a${round}-${idempotent}`, idempotent, killAt })
        // Concurrent calls need a step more or less from run to run.
        if (signal !== 'SIGKILL') expect(killAt).toBeGreaterThan(steps / 2)
        for (const call of held) {
          const { status, body } = await next.poll(call)
          const isTold = told.some(({ target }) => target === call.target)
          const entries = await entriesOf(idempotent ? 'ledger_once' : 'ledger', call.target)
          const where = `${call.target}, killed at ${killAt} of ${steps}: ${body}`
          seen.add(status)
          if (status === 201) expect([where, entries, isTold]).toEqual([where, 1, false])
          else
            expect([where, idempotent, status, entries <= 1, isTold]).toEqual([where, false, 500, true, true])
          // Nothing runs later either.
          expect((await next.poll(call)).status).toBe(status)
          expect(await entriesOf(idempotent ? 'ledger_once' : 'ledger', call.target)).toBe(entries)
        }
      }
      expect(seen.has(201)).toBe(true)
      if (isDeep && !idempotent) expect(seen.has(500)).toBe(true)
    },
    600_000,
  )

  it(`two processes that poll with one token at once run each of ${polls} calls once [DEFER-5, R11-182]`, async () => {
    const bank = await openBank({ query: queryOf(database.pool), schema, idempotent: false })
    const children = [1, 2].map(() => start({ mode: 'poll', idempotent: false }))
    const lines = children.map(({ stdout }) => createInterface(stdout)[Symbol.asyncIterator]())
    const answers = () => Promise.all(lines.map(async (line) => JSON.parse((await line.next()).value)))
    await answers()
    let together = 0
    for (let i = 0; i < polls; i++) {
      const call = await bank.hold(`poller-${i % 50}`, `/race/${i}`)
      for (const { stdin } of children) stdin.write(`${JSON.stringify(call)}\n`)
      const statuses = (await answers()).map(({ status }) => status).sort()
      expect([201, 202]).toContain(statuses[1])
      expect(statuses[0]).toBe(201)
      if (statuses[1] === 202) together += 1
    }
    for (const { stdin } of children) stdin.end()
    const { rows } = await database.pool.query(
      `SELECT count(*)::int AS entries, count(DISTINCT target)::int AS targets FROM ${schema}.ledger WHERE target LIKE '/race/%'`,
    )
    expect(rows[0]).toEqual({ entries: polls, targets: polls })
    // Some polls met while the call ran, so that this test is about something.
    expect(together).toBeGreaterThan(0)
  }, 3_600_000)
})
