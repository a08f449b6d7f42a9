import { AsyncLocalStorage } from 'node:async_hooks'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { NextRequest } from 'next/server.js'

type Serve = (request: NextRequest) => Promise<Response>

const source = join(import.meta.dirname, 'next-app')
const nextjs = resolve(import.meta.dirname, '../../nextjs')
const load = createRequire(join(nextjs, 'package.json'))

/** Files that share a worker share the server, and not this module. */
const shared = globalThis as {
  [serving]?: AsyncLocalStorage<Serve>
  [started]?: Promise<RequestListener>
}
const serving = Symbol.for('aauth-guard contract')
const started = Symbol.for('aauth-guard contract: Next.js')

/**
 * The one server of Next.js in this process, as `next start` has it, whose only route calls what was given here. It runs
 * the application of `next-app/`, built for production.
 */
export function nextListener(serve: Serve): RequestListener {
  shared[serving] ??= new AsyncLocalStorage()
  const routes = shared[serving]
  return (request, response) => {
    shared[started] ??= startServer()
    shared[started].then(
      (listener) => routes.run(serve, () => listener(request, response)),
      (error: Error) => response.destroy(error),
    )
  }
}

async function startServer(): Promise<RequestListener> {
  const next = load('next')
  const app = next({ dev: false, dir: builtApp(), quiet: true })
  await app.prepare()
  return app.getRequestHandler()
}

/** Where the application is, built once for what it consists of. */
function builtApp(): string {
  const version = readFileSync(join(nextjs, 'node_modules/next/package.json'))
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  const hash = createHash('sha256').update(version)
  for (const { parentPath, name } of files) hash.update(readFileSync(join(parentPath, name)))
  const cache = join(nextjs, 'node_modules/.cache/contract')
  const folder = join(cache, hash.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  // Other workers may build it as well: the first that is done puts it in place.
  const building = `${folder}.${process.pid}`
  mkdirSync(cache, { recursive: true })
  cpSync(source, building, { recursive: true })
  const { NODE_ENV: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [load.resolve('next/dist/bin/next'), 'build'],
    {
      cwd: building,
      env: { ...env, NEXT_TELEMETRY_DISABLED: '1' } as NodeJS.ProcessEnv,
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`${stdout}${stderr}`)
  if (existsSync(folder)) rmSync(building, { recursive: true })
  else renameSync(building, folder)
  return folder
}
