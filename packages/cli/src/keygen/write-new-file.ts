import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'

// Windows has no such flag; there O_EXCL alone keeps what exists.
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)

/**
 * Writes a secret into a file that only its user can read. It is created for that: nothing is overwritten, and no link
 * is followed.
 * @throws {UsageError}
 */
export async function writeNewFile(path: string, content: string): Promise<void> {
  const file = await create(path)
  try {
    await file.writeFile(content)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw cannotWrite(path, error)
  } finally {
    await file.close()
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`--out ${quotedForTerminal(path)} exists and is not overwritten: name a new file`)
    throw cannotWrite(path, error)
  }
}

function cannotWrite(path: string, error: unknown): UsageError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return new UsageError(
    `--out ${quotedForTerminal(path)} cannot be written (${code}): name a file in a folder of your own`,
  )
}
