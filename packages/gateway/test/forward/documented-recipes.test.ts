import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type RecipeKind, recipe } from '../../src/forward/index.ts'
import { routeTo } from './forward-scene.ts'

const page = readFileSync(
  join(resolve(import.meta.dirname, '../../../..'), 'docs/how-to/forward-auth.md'),
  'utf8',
)

/** What the configuration on the page says. */
const settings = {
  resource: { issuer: 'https://notes.example' },
  listen: { host: '127.0.0.1', port: 8080 },
  forwardAuth: { listen: { host: '127.0.0.1', port: 8081 } },
  routes: [
    routeTo({ port: 8000 }, '/notes/*', {
      upstream: { name: 'upstream', origin: { protocol: 'http:', hostname: '127.0.0.1', port: 8000 } },
    }),
  ],
  limits: { maxContent: 1_073_741_824 },
}

describe('docs/how-to/forward-auth.md', () => {
  it.each<[RecipeKind, string]>([
    ['nginx', 'nginx'],
    ['caddy', 'caddyfile'],
    ['traefik', 'yaml'],
  ])('has what the recipe for %s prints', (kind, language) => {
    expect(page).toContain(`\`\`\`${language}\n${recipe(kind, settings)}\`\`\`\n`)
  })
})
