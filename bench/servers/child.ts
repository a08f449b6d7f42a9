import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Variant } from './apps.ts'
import type { Framework } from './frameworks.ts'
import type { Account, FromLoad, FromServer, Load, Ran, ToLoad, ToServer } from './protocol.ts'

/** Why processes cannot be kept on one core here, if they cannot. */
export const noPinning: string | undefined =
  spawnSync('taskset', ['-c', '1', 'true']).status === 0
    ? undefined
    : 'taskset does not work here, or there is one core alone: the system places server and load as it likes'

const bun = join(import.meta.dirname, '../../packages/runtimes/node_modules/bun/bin/bun.exe')
/** Why Bun cannot be started here, if it cannot. */
export const noBun: string | undefined = existsSync(bun)
  ? undefined
  : 'the npm package of bun brought no binary for this machine'

function pinned(core: number, command: readonly string[]): readonly string[] {
  return noPinning === undefined ? ['taskset', '-c', `${core}`, ...command] : command
}

function runtimeOf(framework: Framework): string {
  return framework === 'hono-bun' ? bun : process.execPath
}

/** Microseconds that the adapter of a framework costs beyond `authorize`, one number for each round. */
export function measureAdapter(framework: Framework, rounds: number): Promise<readonly number[]> {
  return numbersOf([runtimeOf(framework), here('adapter-cost.ts'), framework, `${rounds}`])
}

/** Octets that a request leaves behind the guard after a minor collection, where the runtime can be asked. */
export async function measureKept(framework: Framework, rounds: number): Promise<readonly number[]> {
  if (framework === 'hono-bun') return []
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=128']
  return numbersOf([process.execPath, ...flags, here('adapter-memory.ts'), framework, `${rounds}`])
}

async function numbersOf(command: readonly string[]): Promise<readonly number[]> {
  const [file = '', ...args] = pinned(0, command)
  const { stdout } = await promisify(execFile)(file, args)
  return JSON.parse(stdout) as number[]
}

function here(file: string): string {
  return join(import.meta.dirname, file)
}

/** A child process that answers each message with one message. */
class Child<To extends object, From extends { readonly type: string }> {
  readonly #process: ChildProcess
  readonly #name: string

  constructor(name: string, core: number, command: readonly string[]) {
    const [file = '', ...args] = pinned(core, command)
    this.#name = name
    this.#process = spawn(file, args, {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const kill = (): void => void this.#process.kill()
    process.once('exit', kill)
    this.#process.setMaxListeners(0).once('exit', () => process.off('exit', kill))
  }

  /** @throws {Error} when the process ends first, or answers otherwise */
  hear<Type extends From['type']>(type: Type): Promise<From & { readonly type: Type }> {
    return new Promise((resolve, reject) => {
      const hear = (message: From): void => {
        this.#process.off('exit', end)
        if (message.type === type) resolve(message as From & { readonly type: Type })
        else reject(new Error(`${this.#name}: ${(message as { reason?: string }).reason ?? message.type}`))
      }
      const end = (): void => reject(new Error(`${this.#name} ended`))
      this.#process.once('message', hear).once('exit', end).once('error', reject)
    })
  }

  ask<Type extends From['type']>(message: To, type: Type): Promise<From & { readonly type: Type }> {
    const heard = this.hear(type)
    this.#process.send(message)
    return heard
  }

  close(): void {
    this.#process.kill()
  }
}

/** A server on core 0. */
export class ServerProcess {
  readonly port: number
  readonly runtime: string
  readonly #child: Child<ToServer, FromServer>

  private constructor(child: Child<ToServer, FromServer>, port: number, runtime: string) {
    this.#child = child
    this.port = port
    this.runtime = runtime
  }

  static async start(framework: Framework, variant: Variant): Promise<ServerProcess> {
    const command = [framework === 'hono-bun' ? bun : process.execPath, here('server.ts')]
    const child = new Child<ToServer, FromServer>(`${framework} ${variant}`, 0, [
      ...command,
      framework,
      variant,
    ])
    const { port, runtime } = await child.hear('listening')
    return new ServerProcess(child, port, runtime)
  }

  /** What the server spends while `work` runs. */
  async account<Result>(
    options: { readonly delay: boolean; readonly profile?: boolean },
    work: () => Promise<Result>,
  ): Promise<Account & { readonly result: Result }> {
    await this.#child.ask({ type: 'begin', ...options }, 'begun')
    const result = await work()
    return { ...(await this.#child.ask({ type: 'end' }, 'account')), result }
  }

  close(): void {
    this.#child.close()
  }
}

/** The load on core 1. */
export class LoadProcess {
  readonly #child: Child<ToLoad, FromLoad>

  private constructor(child: Child<ToLoad, FromLoad>) {
    this.#child = child
  }

  static async start(): Promise<LoadProcess> {
    const command = [process.execPath, here('load.ts')]
    const child = new Child<ToLoad, FromLoad>('the load', 1, command)
    await child.hear('ready')
    return new LoadProcess(child)
  }

  run(load: Load): Promise<Ran> {
    return this.#child.ask({ type: 'run', ...load }, 'ran')
  }

  close(): void {
    this.#child.close()
  }
}
