import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** A line of a file. */
export interface FileLine {
  /** Without its line end; `undefined` if it is too long. */
  readonly octets: Buffer | undefined
  /** Where it begins in the file. */
  readonly at: number
  /** Octets, with its line end. */
  readonly length: number
  /** Whether it has a line end. */
  readonly isComplete: boolean
}

const chunkSize = 256 * 1024

/**
 * Reads the lines of a file of any size, of which no more than two chunks and a line are in memory.
 * @param longest octets of a line that is returned
 * @throws (the promise rejects) if it is not a file, such as a pipe or a device, which has no end
 */
export async function* linesOf(path: string, longest: number): AsyncGenerator<FileLine> {
  const file = await openFile(path)
  try {
    const chunk = Buffer.allocUnsafe(chunkSize)
    let rest: Buffer = Buffer.alloc(0)
    /** Octets of the line that are not in `rest`, since it is too long. */
    let dropped = 0
    let at = 0
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunkSize)
      if (bytesRead === 0) break
      let from = 0
      for (;;) {
        const end = chunk.subarray(0, bytesRead).indexOf(0x0a, from)
        if (end === -1) break
        const part = chunk.subarray(from, end)
        const length = dropped + rest.length + part.length + 1
        const octets = length > longest ? undefined : Buffer.concat([rest, part])
        yield { octets, at, length, isComplete: true }
        at += length
        rest = Buffer.alloc(0)
        dropped = 0
        from = end + 1
      }
      const left = chunk.subarray(from, bytesRead)
      if (dropped > 0 || rest.length + left.length > longest) {
        dropped += rest.length + left.length
        rest = Buffer.alloc(0)
      } else rest = Buffer.concat([rest, left])
    }
    const length = dropped + rest.length
    if (length > 0) yield { octets: dropped > 0 ? undefined : rest, at, length, isComplete: false }
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  // Opening a pipe waits for its writer otherwise. Windows has no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const stats = await file.stat()
  if (stats.isFile()) return file
  await file.close()
  const code = stats.isDirectory() ? 'EISDIR' : 'EINVAL'
  throw Object.assign(new Error(`${code}: ${JSON.stringify(path)} is not a file`), { code, path })
}
