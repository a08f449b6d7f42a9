import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { AuditSink, SinkTail } from './sink.ts'
import { WriterLock } from './writer-lock.ts'

/** How long files get, and how much all of them. */
export interface FileSinkOptions {
  /** Octets after which a file ends and the next begins, at least 4096. Default 64 MiB. */
  readonly maxFileBytes?: number
  /** Milliseconds after which a file ends and the next begins, at least 1000. Default a day. */
  readonly maxFileAge?: number
  /**
   * Octets of all files of this sink together. When they are reached, the sink fails as if the disk were full, until files
   * are moved away. Default no bound.
   */
  readonly maxBytes?: number
}

const megabyte = 1024 * 1024
const maxTail = megabyte
const extension = '.jsonl'
const digits = 8
// Windows has no such flag.
const noFollow = constants.O_NOFOLLOW ?? 0

/**
 * Keeps an audit log or its evidence in files: `audit/notes` becomes `audit/notes-00000001.jsonl` and so on, with mode
 * 0600. The folder is made with mode 0700; one that others can enter is refused. A file `audit/notes.lock` keeps a second
 * writer away.
 *
 * @param path of the folder, and how names of files begin
 * @throws {TypeError} if an option is not a number within its bounds
 * @example
 * ```ts
 * import { fileSink } from '@aauth-guard/audit'
 *
 * export const sink = fileSink('audit/notes', { maxFileBytes: 16 * 1024 * 1024 })
 * ```
 */
export function fileSink(path: string, options: FileSinkOptions = {}): AuditSink {
  if (typeof path !== 'string' || basename(path) === '')
    throw new TypeError('"path" is empty: name a folder and how files begin, such as "audit/notes"')
  const { maxFileBytes = 64 * megabyte, maxFileAge = 86_400_000, maxBytes } = options
  assertAtLeast('maxFileBytes', maxFileBytes, 4096)
  assertAtLeast('maxFileAge', maxFileAge, 1000)
  if (maxBytes !== undefined) assertAtLeast('maxBytes', maxBytes, 4096)
  return new FileSink(resolve(path), maxFileBytes, maxFileAge, maxBytes)
}

function assertAtLeast(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new TypeError(`"${name}" is ${JSON.stringify(value)}: pass an integer of at least ${least}`)
}

class FileSink implements AuditSink {
  readonly maxFileBytes: number
  readonly maxFileAge: number
  readonly maxBytes: number | undefined
  readonly #folder: string
  readonly #base: string
  #lock: WriterLock | undefined
  #file: FileHandle | undefined
  #others = 0
  #size = 0

  constructor(path: string, maxFileBytes: number, maxFileAge: number, maxBytes: number | undefined) {
    this.#folder = dirname(path)
    this.#base = basename(path)
    this.maxFileBytes = maxFileBytes
    this.maxFileAge = maxFileAge
    this.maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#others + this.#size
  }

  get fileBytes(): number {
    return this.#size
  }

  async open(): Promise<SinkTail | undefined> {
    await this.#closeFile()
    if (await this.#lock?.wasTaken()) {
      await this.#lock?.release()
      this.#lock = undefined
    }
    if (this.#lock === undefined) {
      await this.#prepareFolder()
      this.#lock = await WriterLock.take(join(this.#folder, `${this.#base}.lock`))
    }
    const last = (await this.#files()).at(-1)
    return last === undefined ? undefined : this.#tailOf(last)
  }

  async moveAside(name: string, length: number): Promise<string> {
    const path = join(this.#folder, name)
    const aside = `${name}.${randomBytes(4).toString('hex')}.partial`
    if (length === 0 && (await stat(path)).size === 0) {
      await rm(path)
      return ''
    }
    if (length === 0) {
      await rename(path, join(this.#folder, aside))
      await this.#syncFolder()
      return aside
    }
    const file = await open(path, constants.O_RDWR | noFollow)
    try {
      const { size } = await file.stat()
      const rest = Buffer.alloc(Math.max(0, size - length))
      await file.read(rest, 0, rest.length, length)
      await writeNew(join(this.#folder, aside), rest)
      await file.truncate(length)
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#syncFolder()
    return aside
  }

  async begin(): Promise<string> {
    const files = await this.#files()
    const number = numberOf(files.at(-1) ?? '', this.#base) + 1
    const name = `${this.#base}-${String(number).padStart(digits, '0')}${extension}`
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(this.#folder, file))).size))
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | noFollow
    this.#file = await open(join(this.#folder, name), flags, 0o600)
    this.#others = sizes.reduce((sum, size) => sum + size, 0)
    this.#size = 0
    await this.#syncFolder()
    return name
  }

  async append(octets: Uint8Array): Promise<void> {
    const file = this.#file
    if (file === undefined) throw new Error('no file was begun')
    if (await this.#lock?.wasTaken())
      throw new Error('another process has taken over the log: end one of the two')
    if (this.maxBytes !== undefined && this.bytes + octets.length > this.maxBytes)
      throw Object.assign(
        new Error(
          `the files have ${this.bytes} octets, and "maxBytes" is ${this.maxBytes}: move old files away`,
        ),
        { code: 'EDQUOT' },
      )
    const before = this.#size
    try {
      for (let from = 0; from < octets.length; ) {
        const { bytesWritten } = await file.write(octets, from)
        from += bytesWritten
        this.#size += bytesWritten
      }
    } catch (error) {
      // What is left of a record is found by the next start, if this fails as well.
      await file.truncate(before).then(
        () => {
          this.#size = before
        },
        () => undefined,
      )
      throw error
    }
  }

  async sync(): Promise<void> {
    await this.#file?.datasync()
  }

  async finish(): Promise<void> {
    await this.#file?.sync()
    await this.#closeFile()
  }

  async close(): Promise<void> {
    await this.#closeFile()
    const lock = this.#lock
    this.#lock = undefined
    await lock?.release()
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#others += this.#size
    this.#size = 0
    await file?.close().catch(() => undefined)
  }

  async #prepareFolder(): Promise<void> {
    const folder = this.#folder
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const found = await lstat(folder)
    const shown = JSON.stringify(folder)
    if (!found.isDirectory())
      throw new Error(`${shown} is not a folder, or a link to one: name a folder of the log's own`)
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
      throw new Error(
        `${shown} has mode ${(found.mode & 0o777).toString(8)}, so that others can enter it: chmod 700, or name a folder that does not exist`,
      )
  }

  /** Names of the files, the oldest first. */
  async #files(): Promise<string[]> {
    const names = await readdir(this.#folder)
    return names.filter((name) => numberOf(name, this.#base) > 0).sort()
  }

  async #tailOf(name: string): Promise<SinkTail> {
    const file = await open(join(this.#folder, name), constants.O_RDONLY | noFollow)
    try {
      const { size } = await file.stat()
      const octets = Buffer.alloc(Math.min(size, maxTail))
      const { bytesRead } = await file.read(octets, 0, octets.length, size - octets.length)
      return { name, size, octets: octets.subarray(0, bytesRead) }
    } finally {
      await file.close()
    }
  }

  /** So that a file that was begun or renamed is there after a power cut. */
  async #syncFolder(): Promise<void> {
    if (process.platform === 'win32') return
    const folder = await open(this.#folder, constants.O_RDONLY)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}

/** The number in the name of a file; 0 if it is not a file of the sink. */
function numberOf(name: string, base: string): number {
  if (!name.startsWith(`${base}-`) || !name.endsWith(extension)) return 0
  const text = name.slice(base.length + 1, -extension.length)
  return text.length === digits && [...text].every((digit) => digit >= '0' && digit <= '9') ? Number(text) : 0
}

async function writeNew(path: string, octets: Uint8Array): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow
  const file = await open(path, flags, 0o600)
  try {
    await file.writeFile(octets)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}
