import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Figure } from '../figures.ts'
import type { Flooded } from './flood.ts'

/** Megabytes. */
const heap = 256

/**
 * Runs the floods in a process of their own, and prints what was kept and what was refused.
 * @param part of the usual number of entries
 * @throws {Error} when the process ended before the last flood was over
 */
export async function runFloods(part = 1): Promise<readonly Figure[]> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heap}`, join(import.meta.dirname, 'flood.ts'), String(part)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
  const figures: Figure[] = []
  const table = `floods with a heap of ${heap} MB`
  console.log(`| ${table} | sent | outcomes | in use | serves |`)
  console.log('|---|---:|---|---:|---|')
  for await (const line of createInterface({ input: child.stdout })) {
    const { flood, sent, outcomes, octets, serves } = JSON.parse(line) as Flooded
    const counts = Object.entries(outcomes).map(
      ([outcome, count]) => `${count.toLocaleString('en')} ${outcome}`,
    )
    console.log(
      `| ${flood} | ${sent.toLocaleString('en')} | ${counts.join(', ')} | ${Math.round(octets / 2 ** 20)} MB | ${serves ? 'yes' : 'no'} |`,
    )
    figures.push({ table, name: `in use after ${flood}`, unit: 'octets', median: octets, better: 'lower' })
    if (!serves) throw new Error(`a request is refused after ${flood}`)
  }
  const how = await ended
  if (how !== 0) throw new Error(`the process that was flooded ended with ${how}`)
  console.log()
  return figures
}
