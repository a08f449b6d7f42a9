import type { Auth } from '@aauth-guard/core'
import { bindContent } from '@aauth-guard/core/adapter'
import { readContent } from '@aauth-guard/core/fetch'
import type { NextRequest } from 'next/server.js'
import { copyRequest } from './copy-request.ts'

/**
 * Compares the content with the digest that the signature covers.
 *
 * @returns a request whose content is unread
 * @throws {AAuthError} `invalid_signature` when they differ, `content_too_large`, `server_error` when the content was
 * read before
 */
export async function checkContent(
  auth: Auth,
  request: NextRequest,
  maxContent: number,
): Promise<NextRequest> {
  let content: Uint8Array<ArrayBuffer> | undefined
  await bindContent(auth, async () => {
    if (request.bodyUsed) return undefined
    content = await readContent(request, maxContent)
    return content
  })
  if (content === undefined || request.body === null) return request
  return copyRequest(request, { body: content })
}
