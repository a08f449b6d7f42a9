import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { quoted } from './quoted.ts'
import { members, type Place, type Shape, text } from './shape.ts'

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where a secret stands. It is never in the configuration itself. */
export interface SecretSource {
  readonly env?: string | undefined
  readonly file?: string | undefined
}

/** What secrets are read from. */
export interface SecretContext {
  readonly env: Environment
  /** What relative paths begin at: the folder of the configuration. */
  readonly folder: string
  warn(message: string): void
}

const maxOctets = 65_536

const source = members('a secret', {
  env: {
    shape: text('name of a variable', /^[A-Za-z_]\w*$/, 'write the name of an environment variable'),
    about: 'The environment variable that holds it.',
  },
  file: {
    shape: text('path', /^[^\0]+$/, 'write the path of a file'),
    about: 'The file that holds it. A relative path begins at the folder of the configuration.',
  },
})

/** `{ env: NAME }` or `{ file: PATH }`. */
export const secret: Shape<SecretSource> = {
  ...source,
  schema: { ...source.schema, minProperties: 1, maxProperties: 1 },
  kind: '`{ env: NAME }` or `{ file: PATH }`',
  read: (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return place.fail(`${place.name} is written here: write { env: NAME } or { file: PATH }`)
    const read = source.read(value, place)
    if ((read.env === undefined) === (read.file === undefined))
      place.fail(`${place.name} has both or none of "env" and "file": write one of them`)
    return read
  },
}

/**
 * The secret itself, without the line end behind it.
 * @throws {ConfigurationError} that shows nothing of it
 */
export function readSecret({ env: name, file }: SecretSource, place: Place, context: SecretContext): string {
  if (name !== undefined) {
    const value = Object.hasOwn(context.env, name) ? context.env[name] : undefined
    if (value === undefined || value === '')
      return place.fail(
        `${place.name} comes from the environment variable ${quoted(name)}, which is not set: set it`,
      )
    return value
  }
  return readFile(resolve(context.folder, file as string), file as string, place, context)
}

function readFile(path: string, written: string, place: Place, { warn }: SecretContext): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const stats = fstatSync(descriptor)
    if (!stats.isFile() || stats.size > maxOctets)
      return place.fail(
        `${place.name} names ${quoted(written)}, which is not a file of at most ${maxOctets} octets`,
      )
    // Where the file belongs to another user, its group is how this process reads it. Windows has no such modes.
    const own = process.getuid?.()
    if (own !== undefined && (stats.mode & (stats.uid === own ? 0o077 : 0o007)) !== 0)
      warn(
        `${place.name} names ${quoted(written)}, which other users of this machine can read: give it mode 0600`,
      )
    return readFileSync(descriptor, 'utf8').trimEnd()
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    return place.fail(
      `${place.name} names ${quoted(written)}, which cannot be read (${error.code}): correct the path`,
    )
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
