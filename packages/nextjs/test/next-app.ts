import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const packageFolder = resolve(import.meta.dirname, '..')
const next = join(packageFolder, 'node_modules/next/dist/bin/next')
/** What the application imports. */
const linked: Readonly<Record<string, string>> = {
  next: 'node_modules/next',
  react: 'node_modules/react',
  'react-dom': 'node_modules/react-dom',
  '@aauth-guard/core': 'node_modules/@aauth-guard/core',
  '@aauth-guard/nextjs': '.',
}

/** An application that was built for production, in a temporary folder. */
export interface BuiltApp {
  /** What `next build` printed. */
  readonly output: string
  /** `next start`, at `http://localhost:PORT`. */
  start(env?: Readonly<Record<string, string>>): Promise<string>
  /** Ends all servers and removes the folder. */
  remove(): Promise<void>
}

interface AppOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Paths in `app` that are left out. */
  readonly without?: readonly string[]
}

/** Builds a copy of `source` with `next build`. @throws {Error} with what was printed, if the build fails */
export async function buildApp(
  source: string,
  { env = {}, without = [] }: AppOptions = {},
): Promise<BuiltApp> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'next-')))
  const children: ChildProcess[] = []
  const remove = async (): Promise<void> => {
    await Promise.all(children.map(ended))
    rmSync(folder, { recursive: true })
  }
  cpSync(source, folder, {
    recursive: true,
    filter: (path) => !without.includes(path.slice(source.length + 1)),
  })
  for (const [name, target] of Object.entries(linked)) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(packageFolder, target), link)
  }
  const run = (args: readonly string[], more: Readonly<Record<string, string>>): ChildProcess => {
    const { NODE_ENV: _, ...inherited } = process.env
    const child = spawn(process.execPath, [next, ...args], {
      cwd: folder,
      env: { ...inherited, NEXT_TELEMETRY_DISABLED: '1', ...env, ...more } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    return child
  }
  const building = run(['build'], {})
  const output = await textOf(building)
  if (building.exitCode !== 0) {
    await remove()
    throw new Error(output)
  }
  return {
    output,
    remove,
    async start(more = {}) {
      const port = await freePort()
      const child = run(['start', '-H', 'localhost', '-p', String(port)], more)
      await lineOf(child, /Ready in/)
      return `http://localhost:${port}`
    },
  }
}

async function textOf(child: ChildProcess): Promise<string> {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk
    })
  await new Promise((done) => child.once('close', done))
  return text
}

/** Waits for a line. @throws {Error} with all lines, if the program ends before */
function lineOf(child: ChildProcess, wanted: RegExp): Promise<void> {
  return new Promise((done, fail) => {
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream as Readable }).on('line', (line) => {
        lines.push(line)
        if (wanted.test(line)) done()
      })
    child.once('close', () => fail(new Error(lines.join('\n'))))
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((done) => child.once('close', done))
  child.kill('SIGKILL')
  await closed
}

/** `next start` does not print the port that it was given by the system. */
function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, 'localhost', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
