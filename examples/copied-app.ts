import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { transformSync } from 'esbuild'
import { onTestFinished } from 'vitest'
import { options } from './fetch-notes.ts'

/** The resource of the notes, with another way to its issuers: in place of the file of an example that makes it. */
export const resourceOfTests = `
import { createResource } from '@aauth-guard/core'
const origins = JSON.parse(process.env.ISSUERS ?? '{}')
export const resource = createResource({
  ...${JSON.stringify(options)},
  fetch: (url, init) => {
    const { origin, pathname } = new URL(String(url))
    return fetch(\`\${origins[origin]}\${pathname}\`, init)
  },
})
`

/**
 * A copy of an example, for tools that write beside what they build. It is removed when the test ends.
 *
 * @param modules packages and where they are
 */
export function copyExample(name: string, modules: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const folder = join(root, name)
  cpSync(join(import.meta.dirname, name), folder, { recursive: true })
  cpSync(join(import.meta.dirname, 'fetch-notes.ts'), join(root, 'fetch-notes.ts'))
  for (const place of [root, folder]) writeFileSync(join(place, 'package.json'), '{ "type": "module" }\n')
  for (const [module, target] of Object.entries(modules)) {
    const link = join(root, 'node_modules', module)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(target, link)
  }
  return folder
}

/** Makes JavaScript of the files: `next build` installs a compiler from the registry where it finds TypeScript. */
export function stripTypes(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const path = join(folder, file)
    const { code } = transformSync(readFileSync(path, 'utf8'), { loader: 'ts', format: 'esm' })
    const source = code.replaceAll(/(from ["']\..*)\.ts(["'])/g, '$1.js$2')
    writeFileSync(path.replace(/ts$/, 'js'), source)
    rmSync(path)
  }
}

/** Runs a program of Node until it ends. @throws {Error} with what it printed, if it fails */
export async function runTool(cwd: string, args: readonly string[]): Promise<void> {
  const child = spawnNode(cwd, args, {})
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      printed += chunk
    })
  const code = await new Promise((done) => child.once('close', done))
  if (code !== 0) throw new Error(printed)
}

/** Starts a server of Node that listens at `PORT`, and ends it with the test. */
export async function startServer(
  cwd: string,
  args: (port: string) => readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const port = String(await freePort())
  const child = spawnNode(cwd, args(port), { ...env, PORT: port, HOST: '127.0.0.1' })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      printed += chunk
    })
  const closed = new Promise<void>((done) => child.once('close', () => done()))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return url
    if (child.exitCode !== null) throw new Error(printed)
    await new Promise((done) => setTimeout(done, 50))
  }
}

function spawnNode(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const { NODE_ENV: _, ...inherited } = process.env
  // Without a cache in the temporary folder of the tests, and without telemetry.
  const quiet = { NODE_DISABLE_COMPILE_CACHE: '1', NEXT_TELEMETRY_DISABLED: '1' }
  const all = { ...inherited, ...quiet, ...env } as NodeJS.ProcessEnv
  return spawn(process.execPath, args, { cwd, env: all, stdio: ['ignore', 'pipe', 'pipe'] })
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
