/**
 * Writes `docs/reference/api` from the TSDoc of the packages. It is committed, so that a change is seen in review and
 * the reference is there without a build; `--check` compares it with the sources instead.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { apiPages } from './api-pages.ts'

const folder = resolve(import.meta.dirname, '../../docs/reference/api')
const check = process.argv.includes('--check')
const wanted = await apiPages()

mkdirSync(folder, { recursive: true })
const there = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
const others = [...new Set([...wanted.keys(), ...there.keys()])].filter(
  (file) => wanted.get(file) !== there.get(file),
)
if (!check) {
  for (const file of others) {
    const text = wanted.get(file)
    if (text === undefined) rmSync(join(folder, file))
    else writeFileSync(join(folder, file), text)
  }
} else if (others.length > 0) {
  for (const file of others)
    console.error(`reference: docs/reference/api/${file} is not what the sources say`)
  console.error('reference: run npx pnpm@12 pages, and look at the diff')
  process.exit(1)
}
console.log(`reference: ${wanted.size} pages ${check ? 'are as the sources say' : 'written'}`)
