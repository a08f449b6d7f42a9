import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Octets; archives of browsers are large. */
const longest = 64 * 1024 * 1024

/** What is in a file, or with `-` on stdin. @throws {UsageError} */
export async function readInput(name: string, { stdin }: Pick<Terminal, 'stdin'>): Promise<Uint8Array> {
  if (name === '-') return readCapped(stdin, 'stdin')
  try {
    const file = await open(name)
    return await readCapped(file.createReadStream(), quotedForTerminal(name))
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new UsageError(
      `${quotedForTerminal(name)} cannot be read (${code}): name a file, or write - to read stdin`,
    )
  }
}

async function readCapped(stream: Readable, name: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk))
    length += chunk.length
    if (length > longest)
      throw new UsageError(`${name} has more than ${longest} octets: cut out the requests that matter`)
  }
  return Buffer.concat(chunks)
}
