import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { createResource } from '../../src/index.ts'
import { checkOptions } from '../../src/resource/check-options.ts'
import type { Limits } from '../../src/resource/settings.ts'

const folder = resolve(import.meta.dirname, '../../../../docs/reference')
const required = { issuer: 'https://notes.example', trust: 'any' } as const
const { settings } = checkOptions(required)

it('docs/reference/options.md lists every option of createResource and nothing else', () => {
  expect(namesIn('options.md').sort()).toEqual(knownOptions().sort())
})

it('docs/reference/options.md states the default of each option', () => {
  const written = rowsIn('options.md').flatMap(([name = '', preset = '']) => {
    const [, literal] = /^`(.+)`$/.exec(preset) ?? []
    return literal === undefined ? [] : [[name, JSON.parse(literal.replaceAll("'", '"')) as unknown] as const]
  })
  expect(written.length).toBeGreaterThan(10)
  for (const [name, value] of written)
    expect([name, asJson(settings[name as keyof typeof settings])]).toEqual([name, value])
})

it('docs/reference/limits.md lists every limit with its default and nothing else', () => {
  const written = rowsIn('limits.md').filter(([name = '']) => !name.includes(' '))
  expect(Object.fromEntries(written.map(([name, preset]) => [name, Number(preset)]))).toEqual(settings.limits)
})

it('docs/reference/limits.md states the minimum and the maximum of each limit', () => {
  for (const [name = '', , least, most] of rowsIn('limits.md').filter(([name = '']) => !name.includes(' '))) {
    const withLimit = (value: number) => () =>
      createResource({ ...required, limits: { [name]: value } as Partial<Limits> })
    expect(withLimit(Number(least)), name).not.toThrow()
    expect(withLimit(Number(most)), name).not.toThrow()
    expect(withLimit(Number(least) - 1), name).toThrow(TypeError)
    expect(withLimit(Number(most) + 1), name).toThrow(TypeError)
  }
})

/** The options that the error about a misspelt one lists. */
function knownOptions(): string[] {
  try {
    createResource({ ...required, 'not an option of a resource': 1 } as never)
  } catch (error) {
    const [, names = ''] = /use one of (.+)$/.exec((error as Error).message) ?? []
    return names.split(', ')
  }
  throw new Error('an unknown option was accepted')
}

function namesIn(page: string): string[] {
  return rowsIn(page).map(([name = '']) => name)
}

/** The cells of each row whose first cell is an option or a limit; its name without backticks. */
function rowsIn(page: string): string[][] {
  const lines = readFileSync(join(folder, page), 'utf8').split('\n')
  return lines
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([name = '', ...cells]) => [name.replaceAll('`', ''), ...cells])
}

/** Maps and sets are written as the objects and lists that they are made of. */
function asJson(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value)
  return value instanceof Set ? [...value] : value
}
