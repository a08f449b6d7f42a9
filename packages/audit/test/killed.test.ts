import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { type KnownCheckpoint, replayLog, verifyLog } from '@aauth-guard/audit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countOfRuns, drawSeed } from '../../../scripts/property-runs.ts'
import { filesIn, keyPair, recordsIn, temporaryFolder } from './scene.ts'

const program = resolve(import.meta.dirname, 'killed-writer.ts')
const { privateKey, publicKey } = keyPair()
const kills = countOfRuns(0) === 0 ? 20 : 200

interface Written {
  readonly recorded: readonly number[]
  readonly checkpoints: readonly KnownCheckpoint[]
  readonly calls: number
}

/** Runs a process that writes thirty decisions, and may kill itself. */
async function write(folder: string, first: number, killAt: number): Promise<Written> {
  const child = spawn(process.execPath, [
    program,
    folder,
    JSON.stringify(privateKey),
    `${first}`,
    `${killAt}`,
  ])
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const signal = await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)))
  const lines = stdout.split('\n').map((line) => line.split(' '))
  const calls = Number(lines.find(([name]) => name === 'calls')?.[1] ?? 0)
  expect([signal, calls > 0, stderr]).toEqual([calls > 0 ? null : 'SIGKILL', calls > 0, expect.anything()])
  return {
    recorded: lines.flatMap(([name, seq]) => (name === 'recorded' ? [Number(seq)] : [])),
    checkpoints: lines.flatMap(([name, seq, hash = '']) =>
      name === 'checkpoint' ? [{ seq: Number(seq), hash }] : [],
    ),
    calls,
  }
}

it(`a process that is killed between any two writes, or within one, loses nothing that it confirmed (${kills} kills)`, async () => {
  const { calls } = await write(temporaryFolder(), 1, 0)
  expect(calls).toBeGreaterThan(50)
  const seed = drawSeed()
  const places = fc.sample(fc.integer({ min: 1, max: calls }), { seed, numRuns: kills })
  // Each log sees two kills, of which the second may meet the process while it recovers.
  for (let at = 0; at < places.length; at += 2) {
    const folder = temporaryFolder()
    const first = await write(folder, 1, places[at] as number)
    const second = await write(folder, 1001, places[at + 1] as number)
    const third = await write(folder, 2001, 0)
    const [log, evidence] = [filesIn(folder), filesIn(folder, 'evidence')]
    const checkpoint = [...first.checkpoints, ...second.checkpoints, ...third.checkpoints]
    const verified = await verifyLog(log, { key: publicKey, checkpoint })
    const where = `killed at ${places[at]} and ${places[at + 1]} in ${join(folder)}`
    expect([where, verified]).toMatchObject([where, { ok: true, proof: 'signed', end: 'closed', lost: 0 }])
    expect([where, verified.checkpointsFound]).toEqual([where, checkpoint.length])
    const recorded = recordsIn(log).flatMap(({ event }) => (event as { seq?: number })?.seq ?? [])
    for (const seq of [...first.recorded, ...second.recorded, ...third.recorded])
      expect([where, seq, recorded.filter((one) => one === seq).length]).toEqual([where, seq, 1])
    const { outcomes } = await replayLog(log, { evidence })
    expect([where, outcomes.missing, outcomes.lost]).toEqual([where, 0, 0])
  }
})
