import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('the README', () => {
  it.each(['ioredis', 'ioredis-cluster', 'node-redis', 'node-redis-cluster', 'upstash'])(
    'shows the adapter %s as it was tested',
    (name) => {
      expect(textOf('../README.md')).toContain(`\`\`\`ts\n${textOf(`./adapters/${name}.ts`)}\`\`\``)
    },
  )
})
