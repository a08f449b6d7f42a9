import { constants } from 'node:fs'
import { lstat, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../command.ts'
import { shown } from '../terminal/shown.ts'
import { isRunning } from './process-ids.ts'
import type { SavedWorld } from './saved-world.ts'

const file = 'world.json'
const lock = 'lock'

/** A folder that one development world at a time keeps its state in. */
export class StateFolder {
  readonly #folder: string
  #writing: Promise<void> = Promise.resolve()

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws {UsageError} for a folder that is not the user's own, or that another world uses */
  static async open(folder: string): Promise<StateFolder> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const stats = await lstat(folder)
    const isOwn =
      process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0)
    if (!stats.isDirectory() || !isOwn)
      throw new UsageError(
        `--state ${shown(folder)} is a link, belongs to somebody else, or others can write to it: name a folder of your own`,
      )
    await takeLock(join(folder, lock), folder)
    await writeFile(join(folder, '.gitignore'), '*\n', { mode: 0o600 })
    return new StateFolder(folder)
  }

  async read(): Promise<SavedWorld | undefined> {
    const text = await readFile(join(this.#folder, file), 'utf8').catch(() => undefined)
    return text === undefined ? undefined : (JSON.parse(text) as SavedWorld)
  }

  /** Writes one state after the other; a crash leaves the one before. */
  write(world: SavedWorld): Promise<void> {
    const path = join(this.#folder, file)
    const text = JSON.stringify(world)
    this.#writing = this.#writing.then(async () => {
      await writeFile(`${path}.new`, text, { mode: 0o600 })
      await rename(`${path}.new`, path)
    })
    return this.#writing
  }

  async close(): Promise<void> {
    await this.#writing
    await rm(join(this.#folder, lock), { force: true })
  }
}

/** A lock names the process that holds it, so that one left by a crash is taken over. */
async function takeLock(path: string, folder: string, isSecondTry = false): Promise<void> {
  try {
    const held = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    await held.writeFile(String(process.pid))
    await held.close()
  } catch {
    const pid = Number(await readFile(path, 'utf8').catch(() => ''))
    if (isSecondTry || (pid !== process.pid && isRunning(pid)))
      throw new UsageError(
        `--state ${shown(folder)} is in use by process ${pid}: end it, or name another folder`,
      )
    await rm(path, { force: true })
    await takeLock(path, folder, true)
  }
}
