import type { Answer } from './answer.ts'

/** Reads content up to a number of octets; leaving the loop ends the stream. */
export async function readCapped(
  content: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Pick<Answer, 'text' | 'isCut'>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of content) {
    chunks.push(chunk)
    length += chunk.length
    if (length > most) break
  }
  const octets = Buffer.concat(chunks)
  return { text: octets.subarray(0, most).toString('utf8'), isCut: length > most }
}
