import type { Answer } from './answer.ts'
import { mostContent } from './limits.ts'
import type { Network } from './network.ts'
import { readCapped } from './read-capped.ts'

/** Fetches a public document through the guarded egress of core. */
export async function fetchDocument(
  { guardedFetch, now }: Network,
  url: string,
  signal: AbortSignal,
): Promise<Answer> {
  const sentAt = now()
  const response = await guardedFetch(url, {
    redirect: 'manual',
    signal,
    headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'aauth-doctor' },
  })
  const receivedAt = now()
  const { status, headers, body } = response
  const content = body === null ? { text: '', isCut: false } : await readCapped(body as never, mostContent)
  return { status, lines: [...headers], ...content, sentAt, receivedAt }
}
