import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** What `-d` says to send. */
export interface Content {
  readonly octets: Uint8Array<ArrayBuffer>
  /** The file that it comes from. */
  readonly file?: string
  /** The media type, unless `-H` names another. */
  readonly type: string
}

/** @param data the text itself, `@` and the name of a file, or `-` for stdin @throws {UsageError} */
export async function readContent(data: string, { stdin }: Terminal): Promise<Content> {
  if (data === '-' || data === '@-') return contentOf(await buffer(stdin))
  if (!data.startsWith('@')) return contentOf(Buffer.from(data))
  const file = data.slice(1)
  const octets = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`-d ${quotedForTerminal(data)} cannot be read: ${error.code}`)
  })
  return { ...contentOf(octets), file }
}

function contentOf(content: Buffer): Content {
  const octets = new Uint8Array(content)
  return { octets, type: isJson(content) ? 'application/json' : 'application/x-www-form-urlencoded' }
}

function isJson(content: Buffer): boolean {
  try {
    JSON.parse(content.toString('utf8'))
    return true
  } catch {
    return false
  }
}
