import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import process from 'node:process'
import { quoted } from '../wire/quoted.ts'
import { type Environment, readVariable, type VariableName } from './environment.ts'

/** A file whose path a variable holds. */
export interface NamedFile {
  /** The variable. */
  readonly name: VariableName
  readonly path: string
  readonly content: Buffer
  /** Whether other users of the machine can read or change it. */
  readonly isExposed: boolean
}

const maxOctets = 65_536

/**
 * Reads the file that a variable names; `undefined` where it is not set. A link is followed: that is how secrets are
 * mounted into containers.
 *
 * @throws {TypeError} that does not show the value, since somebody may have put the key itself there
 */
export function readNamedFile(env: Environment, name: VariableName): NamedFile | undefined {
  const path = readVariable(env, name)
  if (path === undefined) return undefined
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.size > maxOctets)
      throw new TypeError(
        `"${name}" names what is not a file of at most ${maxOctets} octets: set it to the path of the file`,
      )
    return { name, path, content: readFileSync(file), isExposed: isExposed(stats) }
  } catch (error) {
    if (error instanceof TypeError && !('code' in error)) throw error
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new TypeError(
      `"${name}" names a file that cannot be read (${code}): set it to the path of the file`,
    )
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Where the file belongs to another user, its group is how this process reads it. Windows has no such modes. */
function isExposed({ mode, uid }: Stats): boolean {
  const own = process.getuid?.()
  return own !== undefined && (mode & (uid === own ? 0o077 : 0o007)) !== 0
}

/** For files with secrets in them. */
export function warnIfExposed({ name, path, isExposed: exposed }: NamedFile): void {
  if (exposed)
    console.warn(
      `aauth-guard: "${name}" names ${quoted(path)}, which other users of this machine can read: give it mode 0600`,
    )
}
