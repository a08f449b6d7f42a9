import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('the README', () => {
  it('shows the adapter for pg as it was tested', () => {
    expect(textOf('../README.md')).toContain(`\`\`\`ts\n${textOf('./adapters/pg.ts')}\`\`\``)
  })
})
