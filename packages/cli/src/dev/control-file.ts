import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning } from './process-ids.ts'

/** How the commands on this machine speak to a running world: only the same user can read the secret. */
export interface ControlAccess {
  /** Address of the world, such as `http://localhost:4400`. */
  readonly url: string
  readonly secret: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Leaves the secret in a file of the user's own. @returns what removes it */
export async function writeControlFile(
  env: Environment,
  access: ControlAccess,
): Promise<() => Promise<void>> {
  const folder = folderOf(env)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (!(await isPrivate(folder)))
    throw new Error(`${folder} is not a folder that only you can write to: remove it, or set XDG_RUNTIME_DIR`)
  const path = join(folder, fileOf(access.url))
  await rm(path, { force: true })
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  await file.writeFile(JSON.stringify({ ...access, pid: process.pid }))
  await file.close()
  return () => rm(path, { force: true })
}

/** The world that runs under `url`, or the only one that runs. `undefined` where there is none, or several. */
export async function readControlFile(env: Environment, url?: string): Promise<ControlAccess | undefined> {
  const folder = folderOf(env)
  if (!(await isPrivate(folder))) return undefined
  const names = url === undefined ? await readdir(folder) : [fileOf(url)]
  const found = names.filter((one) => /^dev-[0-9]+\.json$/.test(one)).map((one) => read(join(folder, one)))
  const [access, ...others] = (await Promise.all(found)).filter((one) => one !== undefined)
  return others.length > 0 ? undefined : access
}

async function read(path: string): Promise<ControlAccess | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { pid, ...access } = JSON.parse(text) as ControlAccess & { readonly pid: number }
  // A world that was killed leaves its file.
  return isRunning(pid) ? access : undefined
}

function folderOf({ XDG_RUNTIME_DIR: runtime }: Environment): string {
  return runtime
    ? join(runtime, 'aauth-guard')
    : join(tmpdir(), `aauth-guard-${process.getuid?.() ?? 'user'}`)
}

function fileOf(url: string): string {
  return `dev-${new URL(url).port}.json`
}

/** A folder, no link, of this user, into which nobody else can put files. Windows has no such modes. */
async function isPrivate(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined)
  if (stats === undefined || !stats.isDirectory()) return false
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0)
}
