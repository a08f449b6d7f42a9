import { randomUUID } from 'node:crypto'
import { constants, existsSync, readFileSync, readlinkSync } from 'node:fs'
import { type FileHandle, link, lstat, open, readFile, rename, rm, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds between two signs of life. */
export const heartbeat = 1000
/** Signs of life that a writer may miss whose process cannot be looked up. */
const missed = 5
const longest = 4096

interface Owner {
  readonly host: string
  /** Random for each start of the machine; empty where the system does not tell. */
  readonly boot: string
  /** The namespace of `pid`. */
  readonly pids: string
  readonly pid: number
  /** When the process began, as the system counts; empty where it does not tell. */
  readonly started: string
  readonly id: string
}

/**
 * A file that only one process holds. It is taken over from a process that is dead: one of this machine is looked up, of
 * others the file must stay untouched for five seconds.
 */
export class WriterLock {
  readonly #path: string
  readonly #content: string
  readonly #beat: NodeJS.Timeout

  private constructor(path: string, content: string) {
    this.#path = path
    this.#content = content
    this.#beat = setInterval(() => void this.#touch(), heartbeat).unref()
  }

  /** @throws (the promise rejects) if another writer holds it */
  static async take(path: string): Promise<WriterLock> {
    const content = JSON.stringify(thisProcess())
    // Somebody else may take it over at the same moment.
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await create(path, content)) return new WriterLock(path, content)
      const found = await contentOf(path)
      if (found === undefined) continue
      if (!(await isDead(path, found))) throw heldBy(path, found)
      await remove(path, found)
    }
    throw heldBy(path, '')
  }

  /** Whether another process took it over, as it does from one that was stopped for long. */
  async wasTaken(): Promise<boolean> {
    // An inode can be used again, the content cannot.
    return (await contentOf(this.#path).catch(() => this.#content)) !== this.#content
  }

  async release(): Promise<void> {
    clearInterval(this.#beat)
    if ((await contentOf(this.#path)) === this.#content) await rm(this.#path, { force: true })
  }

  async #touch(): Promise<void> {
    if (await this.wasTaken()) return
    const now = new Date()
    // The next sign of life is a second away.
    await utimes(this.#path, now, now).catch(() => undefined)
  }
}

async function create(path: string, content: string): Promise<boolean> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
  let file: FileHandle
  try {
    file = await open(path, flags, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  try {
    await file.writeFile(content)
    return true
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** @returns `undefined` if there is no lock */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    const { size } = await lstat(path)
    return size > longest ? '' : await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Removes the lock of a dead process, and puts back what somebody else took meanwhile. */
async function remove(path: string, dead: string): Promise<void> {
  const taken = `${path}.${randomUUID()}`
  try {
    await rename(path, taken)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if ((await contentOf(taken)) !== dead) await link(taken, path).catch(() => undefined)
  await rm(taken, { force: true })
}

async function isDead(path: string, content: string): Promise<boolean> {
  const owner = ownerOf(content)
  const self = thisProcess()
  if (
    owner !== undefined &&
    owner.host === self.host &&
    owner.boot === self.boot &&
    owner.pids === self.pids
  ) {
    if (!isAlive(owner.pid)) return true
    if (owner.started !== '') return owner.started !== startOf(owner.pid)
    if (owner.pid === self.pid) return false
  } else if (owner !== undefined && owner.host === self.host && owner.boot !== '' && owner.boot !== self.boot)
    // The machine was started again.
    return true
  const before = await touchedAt(path)
  for (let beat = 0; beat < missed; beat++) {
    await pause(heartbeat)
    if ((await touchedAt(path)) !== before) return false
  }
  return true
}

async function touchedAt(path: string): Promise<number | undefined> {
  return (await lstat(path).catch(() => undefined))?.mtimeMs
}

function ownerOf(content: string): Owner | undefined {
  try {
    return JSON.parse(content) as Owner
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

let self: Owner | undefined

function thisProcess(): Owner {
  self ??= {
    host: hostname(),
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pids: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    started: startOf(process.pid),
    id: '',
  }
  return { ...self, id: randomUUID() }
}

/** The 22nd member of `/proc/PID/stat`; the second one, a name in brackets, may hold spaces. */
function startOf(pid: number): string {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return ''
  return orEmpty(() => readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '')
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

function heldBy(path: string, content: string): Error {
  const owner = ownerOf(content)
  const who =
    owner === undefined ? 'another process' : `process ${owner.pid} on ${JSON.stringify(owner.host)}`
  return new Error(
    `${JSON.stringify(path)} is held by ${who}: give each process a log of its own, such as fileSink(\`audit/\${process.pid}\`)`,
  )
}
