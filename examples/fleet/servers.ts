import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Place } from './open-stores.ts'

/** A server that keeps the state of the fleet, and survives being killed with all that it has acknowledged. */
export interface StateServer {
  readonly place: Place
  /** Ends the process at once, as a crash would. */
  kill(): Promise<void>
  /** Starts it again with its data, and resolves once it answers. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Why Redis cannot be started here, if it cannot. */
export const noRedis: string | undefined =
  spawnSync('redis-server', ['--version']).status === 0
    ? undefined
    : 'redis-server is not installed: apt-get install redis-server'

const postgresVersion = newestPostgres()

/** Why PostgreSQL cannot be started here, if it cannot. */
export const noPostgres: string | undefined =
  postgresVersion === undefined ? 'PostgreSQL is not installed: apt-get install postgresql' : undefined

/** @throws {Error} when Redis is not installed */
export async function startRedis(): Promise<StateServer> {
  if (noRedis !== undefined) throw new Error(noRedis)
  const folder = mkdtempSync(join(tmpdir(), 'fleet-redis-'))
  const port = await freePort()
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`])
  const server = serverOf(() => spawn('redis-server', args), 'Ready to accept connections', folder)
  await server.start()
  return { ...server, place: { redis: `redis://127.0.0.1:${port}` } }
}

/** @throws {Error} when PostgreSQL is not installed */
export async function startPostgres(): Promise<StateServer> {
  if (noPostgres !== undefined) throw new Error(noPostgres)
  const binaries = `/usr/lib/postgresql/${postgresVersion}/bin`
  const folder = mkdtempSync(join(tmpdir(), 'fleet-postgres-'))
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? userOf('postgres') : {}
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid)
  chmodSync(folder, 0o700)
  const data = join(folder, 'data')
  execFileSync(join(binaries, 'initdb'), ['-D', data, '-U', 'fleet', '-A', 'trust', '-N'], {
    ...user,
    cwd: folder,
    stdio: 'ignore',
  })
  const port = await freePort()
  const args = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder]
  const begin = (): ChildProcess => spawn(join(binaries, 'postgres'), args, { ...user, cwd: folder })
  const server = serverOf(begin, 'ready to accept connections', folder)
  await server.start()
  return { ...server, place: { postgres: `postgres://fleet@127.0.0.1:${port}/postgres` } }
}

function serverOf(begin: () => ChildProcess, ready: string, folder: string): Omit<StateServer, 'place'> {
  let child: ChildProcess | undefined
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return {
    kill,
    async start() {
      const started = begin()
      child = started
      process.once('exit', () => started.kill('SIGKILL'))
      let printed = ''
      await new Promise<void>((resolve, reject) => {
        for (const stream of [started.stdout, started.stderr])
          stream?.setEncoding('utf8').on('data', (text: string) => {
            printed = (printed + text).slice(-10_000)
            if (printed.includes(ready)) resolve()
          })
        started.once('error', reject)
        started.once('exit', () => reject(new Error(`the server ended: ${printed}`)))
      })
    },
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Debian keeps the binaries of each version in a folder of its own. */
function newestPostgres(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  return versions.sort((one, other) => Number(other) - Number(one))[0]
}

function userOf(name: string): { readonly uid?: number; readonly gid?: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
