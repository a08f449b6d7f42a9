import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { authorize, createResource, type SigningKey } from '@aauth-guard/core'
import { createTestNetwork, toSignedRequest } from '@aauth-guard/testing'

/** The main entries of the packages, and the other entries of core. */
export const entries: readonly string[] = [
  '@aauth-guard/core',
  ...['adapter', 'dev', 'env', 'exchange', 'fetch', 'missions', 'node'].map(
    (name) => `@aauth-guard/core/${name}`,
  ),
  ...['express', 'koa', 'fastify', 'hono', 'redis', 'postgres', 'testing'].map(
    (name) => `@aauth-guard/${name}`,
  ),
]

/** A program that a runtime starts. It prints one line of JSON. */
export interface Program {
  readonly name: string
  /** In the folder of the programs. */
  readonly file: string
}

const empty: Program = { name: 'empty program', file: 'empty.js' }
const first: Program = { name: 'first verified request', file: 'first.js' }

/** The file of the Worker with a guard, and of the one without, before they are bundled. */
export const workers = { guarded: 'guarded.ts', plain: 'plain.ts' } as const

/** A request that the programs and the guarded Worker accept, at the second `at`. */
export interface SignedFixture {
  readonly at: number
  readonly issuer: string
  /** Without one, a warning is written. */
  readonly signingKey: SigningKey
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  /** What issuers publish, by URL. */
  readonly documents: Readonly<Record<string, string>>
}

/** Signs a request, and notes what is fetched for it. */
export async function makeFixture(): Promise<SignedFixture> {
  const at = 1_790_000_000
  const net = await createTestNetwork({ now: at, seed: 'start' })
  const agent = await net.agent()
  const token = await agent.authToken({ scope: 'access' })
  const message = await agent.sign(`${net.resource}/notes`, {}, { token })
  const documents: Record<string, string> = {}
  const recording: typeof fetch = async (url, init) => {
    const response = await net.fetch(url, init)
    documents[String(url)] = await response.clone().text()
    return response
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  const signingKey = { kid: 'key-1', ...privateKey.export({ format: 'jwk' }), alg: 'Ed25519' } as SigningKey
  const options = { issuer: net.resource, signingKey, trust: 'any', now: net.clock.now, log: 'off' } as const
  await authorize(createResource({ ...options, fetch: recording }), toSignedRequest(message), {
    scope: 'access',
  })
  const { method, target, headers } = message
  return { at, issuer: net.resource, signingKey, method, target, headers, documents }
}

/** Milliseconds of processor time since the start of the process, which other processes do not disturb. */
const processor = `const { user, system } = process.cpuUsage()\nconst processor = (user + system) / 1000\n`

/** Writes the programs into `folder`, the empty one first. */
export function writePrograms(folder: string, fixture: SignedFixture): readonly Program[] {
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
  write(empty.file, `${processor}console.log(JSON.stringify({ processor }))\n`)
  const imports = entries.map((entry) => {
    const file = `import-${entry.slice('@aauth-guard/'.length).replace('/', '-')}.js`
    write(
      file,
      `const from = performance.now()\nawait import('${entry}')\nconst imported = performance.now() - from\n${processor}console.log(JSON.stringify({ imported, processor }))\n`,
    )
    return { name: entry, file }
  })
  write(first.file, firstRequest(fixture))
  write(
    workers.plain,
    "import { Hono } from 'hono'\nconst app = new Hono()\napp.get('/notes', (c) => c.text('notes'))\nexport default app\n",
  )
  write(workers.guarded, guardedWorker(fixture))
  return [empty, first, ...imports]
}

const resourceText = ({ at, issuer, signingKey, documents }: SignedFixture, imported: string): string => `
const documents = new Map(Object.entries(${JSON.stringify(documents)}))
const headers = { 'content-type': 'application/json' }
const resource = ${imported}({
  issuer: ${JSON.stringify(issuer)},
  signingKey: ${JSON.stringify(signingKey)},
  trust: 'any',
  now: () => ${at},
  log: 'off',
  fetch: async (url) => new Response(documents.get(String(url)), { headers }),
})
`

function firstRequest(fixture: SignedFixture): string {
  const { method, target, headers } = fixture
  return `const from = performance.now()
const { authorize, createResource } = await import('@aauth-guard/core')
const imported = performance.now() - from
${resourceText(fixture, 'createResource')}
const lines = new Map(${JSON.stringify(headers.map(([name, value]) => [name, [value]]))})
const body = new Uint8Array()
const request = () => ({ method: '${method}', target: '${target}', header: (name) => lines.get(name) ?? [], body })
const created = performance.now() - from
await authorize(resource, request(), { scope: 'access' })
const verified = performance.now() - from
await authorize(resource, request(), { scope: 'access' })
const again = performance.now() - from - verified
${processor}console.log(JSON.stringify({ processor, imported, created: created - imported, verified: verified - created, again }))
`
}

function guardedWorker(fixture: SignedFixture): string {
  return `import { createResource } from '@aauth-guard/core'
import { protect } from '@aauth-guard/hono'
import { Hono } from 'hono'
${resourceText(fixture, 'createResource')}
const app = new Hono()
app.get('/notes', protect(resource, { scope: 'access' }), (c) => c.text(c.var.aauth.sub))
export default app
`
}
