/**
 * Writes packages/console/src/assets/generated.ts from packages/console/page: run this after changing the page. `--check`
 * compares instead.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { bundle } from '../packages/console/page/bundle.ts'

const file = 'packages/console/src/assets/generated.ts'
const path = join(resolve(import.meta.dirname, '..'), file)
const assets = await bundle()

const wanted = `// Generated from packages/console/page by scripts/console-assets.ts. Do not edit.

/** What the console serves, by name. */
export const assets: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
${Object.entries(assets)
  .map(
    ([name, { type, body }]) =>
      `  ${JSON.stringify(name)}: {\n    type: ${JSON.stringify(type)},\n    body: ${JSON.stringify(body)},\n  },`,
  )
  .join('\n')}
}
`

if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== wanted) {
    console.error(`console-assets: ${file} is not what the page says: run npx pnpm@12 console-assets`)
    process.exit(1)
  }
} else {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, wanted)
}
for (const [name, { body }] of Object.entries(assets))
  console.log(
    `console-assets: ${name} ${Buffer.byteLength(body)} bytes, ${brotliCompressSync(body).length} compressed`,
  )
