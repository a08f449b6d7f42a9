import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditKey, KnownCheckpoint, VerifyLogOptions } from '@aauth-guard/audit'
import { type Given, textsOf, UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Octets of a file with a key, or with checkpoints. */
const longest = 64 * 1024 * 1024
/** Octets from which on a person is shown how far it is. */
const long = 64 * 1024 * 1024

/** What both actions read beside the log. @throws {UsageError} */
export async function verificationOptions(given: Given, terminal: Terminal): Promise<VerifyLogOptions> {
  const key = await Promise.all(textsOf(given, 'key').map((file) => readKey('--key', file)))
  const kept = await Promise.all(textsOf(given, 'checkpoint').map(readCheckpoints))
  const checkpoint = kept.flat()
  return {
    ...(key.length > 0 && { key }),
    ...(checkpoint.length > 0 && { checkpoint }),
    ...(terminal.isInteractive && { onProgress: progressOn(terminal) }),
  }
}

/** @throws {UsageError} */
export async function readKey(option: string, file: string): Promise<AuditKey> {
  const value = jsonIn(await textIn(option, file))
  if (value === undefined || typeof value.kty !== 'string')
    throw new UsageError(`${option} names ${quotedForTerminal(file)}, which does not hold a JWK`)
  return value as AuditKey
}

async function readCheckpoints(file: string): Promise<readonly KnownCheckpoint[]> {
  const lines = (await textIn('--checkpoint', file)).split('\n').filter((line) => line.trim() !== '')
  const values = lines.map(jsonIn)
  const checkpoints = values.filter(
    (value): value is KnownCheckpoint & Record<string, unknown> =>
      Number.isSafeInteger(value?.seq) && typeof value?.hash === 'string',
  )
  if (checkpoints.length === 0 || checkpoints.length < lines.length)
    throw new UsageError(
      `--checkpoint names ${quotedForTerminal(file)}, which does not hold checkpoints: keep what onCheckpoint hands over, one JSON object in each line`,
    )
  return checkpoints
}

/** Files of evidence. @throws {UsageError} */
export async function evidenceFiles(given: Given): Promise<readonly string[]> {
  const paths = textsOf(given, 'evidence')
  if (paths.length === 0)
    throw new UsageError('nothing says where the evidence is: write --evidence with a file or a folder')
  const found = await Promise.all(
    paths.map(async (path) => {
      const isFolder = await stat(path).then(
        (stats) => stats.isDirectory(),
        (error: unknown) => {
          throw unreadable('--evidence', path, error)
        },
      )
      if (!isFolder) return [path]
      const names = await readdir(path)
      return names.filter((name) => name.endsWith('.jsonl')).map((name) => join(path, name))
    }),
  )
  return found.flat().sort()
}

/** What the system says of a file of the log, as what the person can do about it. */
export async function withReadableFiles<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    if (typeof code === 'string' && typeof path === 'string')
      throw new UsageError(`${quotedForTerminal(path)} cannot be read (${code}): name the files of the log`)
    if (error instanceof TypeError) throw new UsageError(message)
    throw error
  }
}

async function textIn(option: string, file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > longest) throw new UsageError(`${option} names ${quotedForTerminal(file)}, which is too large`)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw unreadable(option, file, error)
  }
}

function unreadable(option: string, file: string, error: unknown): UsageError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return new UsageError(`${option} names ${quotedForTerminal(file)}, which cannot be read (${code})`)
}

function jsonIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Says each tenth of a log that takes a while. */
function progressOn(terminal: Terminal): (read: number, all: number) => void {
  let said = 0
  return (read, all) => {
    const tenth = Math.floor((10 * read) / all)
    if (all < long || tenth <= said || tenth >= 10) return
    said = tenth
    terminal.say(`${tenth * 10} % of ${Math.round(all / 1_000_000)} MB`)
  }
}
