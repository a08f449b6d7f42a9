/**
 * Asserts which folder of core may import which, and that portable code has no `node:` import (architecture §4).
 * A file at the top of `src` composes; a folder is a room and sees only the rooms listed here.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const core = join(root, 'packages/core/src')

/** Room → rooms and top-level files it may import. `errors` is the vocabulary of refusals, shared by all but wire. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  signature: ['wire', 'errors', 'platform/platform'],
  platform: ['wire'],
  token: ['wire', 'signature', 'errors', 'platform/platform'],
  keys: [
    'wire/quoted',
    'token',
    'demand',
    'errors',
    'growing-cache',
    'known-members',
    'own-members',
    'platform/platform',
    'token-bucket',
  ],
  mission: [
    'assert-still-good',
    'wire',
    'token',
    'keys',
    'stores',
    'admit',
    'answer',
    'deadline',
    'demand',
    'errors',
    'growing-cache',
    'known-members',
    'linked-provider',
    'mission-end',
    'own-members',
    'provenance',
    'requirement',
    'resource',
    'routes/answer-routes',
    'routes/read-json',
    'token-revocation',
    'verify-request',
    'verify-server',
  ],
  lifetime: [
    'token',
    'keys',
    'deadline',
    'errors',
    'mission-end',
    'provenance',
    'resource',
    'server-fault',
    'token-revocation',
  ],
  stores: ['deadline', 'errors', 'growing-cache', 'token-bucket'],
  issue: ['wire', 'token', 'options'],
  exchange: ['token', 'keys', 'errors'],
  routes: [
    'wire',
    'token',
    'stores',
    'admit',
    'answer',
    'deadline',
    'errors',
    'issue-for',
    'mission-demand',
    'mission-end',
    'options',
    'redeems-agent-token',
    'resource',
    'server-fault',
    'verify-any',
    'verify-request',
    'verify-server',
    'withdraw-token',
  ],
  fetch: [
    'content-buffer',
    'wire',
    'token',
    'answer',
    'authorize',
    'content-binding',
    'errors',
    'guard-options',
    'requirement',
    'resource',
    'routes/answer-routes',
  ],
  adapter: ['authorize', 'content-binding', 'guard-options', 'preflight', 'read-identity', 'routes'],
  node: [
    'wire',
    'content-buffer',
    'answer',
    'authorize',
    'content-binding',
    'errors',
    'requirement',
    'resource',
    'token',
  ],
}
const nodeFiles = [
  'platform/node',
  'platform/egress',
  'platform/public-lookup',
  'node/signed-request',
  'node/answer-headers',
  'node/buffer-content',
  'node/drop-mission',
  'node/read-content',
  'node/verify-upgrade',
]
const adapters = ['express', 'koa', 'hono']

const faults: string[] = []
for (const file of sources(core)) {
  const name = relative(core, file).replace(/\.ts$/, '')
  const room = name.includes('/') ? (name.split('/')[0] as string) : undefined
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith('node:') && !nodeFiles.includes(name))
      faults.push(`${name} imports ${specifier}`)
    if (!specifier.startsWith('.')) continue
    const target = relative(core, resolve(dirname(file), specifier)).replace(/\.ts$/, '')
    const targetRoom = target.includes('/') ? (target.split('/')[0] as string) : target
    if (room === undefined || room === targetRoom) {
      if (
        room === undefined &&
        targetRoom === 'platform' &&
        !/platform\/(?:platform|self-test)$/.test(target)
      ) {
        faults.push(`${name} reaches past the platform interface to ${target}`)
      }
      continue
    }
    if (!mayImport[room]?.some((allowed) => allowed === targetRoom || allowed === target)) {
      faults.push(`${name} imports ${target}`)
    }
  }
}
for (const adapter of adapters) {
  for (const file of sources(join(root, 'packages', adapter, 'src'))) {
    for (const specifier of importsOf(file)) {
      if (
        /^(?:jose|structured-headers|@noble\/|lru-cache)|aauth-guard\/core\/(?!(?:adapter|fetch|missions|node)$)|core\/src/.test(
          specifier,
        )
      ) {
        faults.push(`${relative(root, file)} imports ${specifier}: an adapter holds no protocol logic`)
      }
    }
  }
}

for (const fault of faults) console.error(`layers: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log('layers: every import goes the way it should')

function sources(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string)
}
