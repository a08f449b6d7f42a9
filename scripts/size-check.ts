/** Holds the built packages to their budgets: minified, compressed with Brotli, dependencies counted apart. */
import { join, resolve } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'

const packages = resolve(import.meta.dirname, '../packages')
const budgets = {
  // With what refusals and answers of managed access need there: codes, titles and fields that go out last.
  core: 53_500,
  'core/assertion': 13_500,
  // It decides requests, so that nearly all of the main entry is in it and counts in both. 20 000 octets are its own.
  'core/managed': 55_000,
  express: 2_000,
  koa: 2_000,
  fastify: 2_000,
  hono: 2_000,
  nestjs: 4_000,
  nextjs: 3_000,
  'mcp/v1': 14_000,
  'mcp/v2': 14_000,
  gateway: 40_000,
  // Records are four scripts, of which two keep exact shares of open records and of octets.
  redis: 10_000,
  postgres: 6_000,
  console: 60_000,
  opentelemetry: 2_000,
  audit: 15_000,
}

let over = false
for (const [name, budget] of Object.entries(budgets)) {
  const [folder = '', subpath = ''] = name.split('/')
  const { outputFiles } = await build({
    entryPoints: [join(packages, folder, 'dist', subpath, 'index.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    // Only what is in the package itself; `#platform` is resolved as Node does.
    external: [
      '@aauth-guard/*',
      'node:*',
      'jose',
      'structured-headers',
      'lru-cache',
      'ipaddr.js',
      '@noble/*',
      '@opentelemetry/*',
      '@grpc/*',
      'yaml',
      '@nestjs/*',
      'rxjs',
    ],
    alias: { '#platform': join(packages, 'core/dist/platform/node.js') },
    write: false,
  })
  const size = brotliCompressSync(outputFiles[0]?.contents ?? new Uint8Array()).length
  over ||= size > budget
  console.log(`size-check: ${name} ${size} of ${budget} bytes${size > budget ? ', too large' : ''}`)
}
if (over) process.exit(1)
