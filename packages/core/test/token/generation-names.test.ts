import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../../src')
// `'person-token'` is a kind of token too, so the older generation stands for both.
const name = /'mission-header'|from '\.\/(?:mission-header|person-token)\.ts'/

it('only the table, the file of a generation, and files typed by it mention a generation by name', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const mentions = files.filter((file) => {
    const code = readFileSync(join(source, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    return name.test(code)
  })
  expect(mentions.map((file) => relative('.', file)).sort()).toEqual([
    'token/auth.ts',
    'token/generations.ts',
    'token/kinds.ts',
    'token/mission-header.ts',
    'token/subject.ts',
  ])
})
