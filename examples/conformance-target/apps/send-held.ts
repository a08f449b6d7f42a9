import type { IncomingMessage, ServerResponse } from 'node:http'
import { fetchRequest, readContent as readWebContent } from '@aauth-guard/core/fetch'
import type { Hold } from '@aauth-guard/core/managed'
import { readContent, signedRequest } from '@aauth-guard/core/node'

/** Answers a held route on Node. Nothing may have read the content before. */
export async function sendHeld(
  held: Hold,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = signedRequest(message)
  const { status, headers, body } = await held.answer(request, (limit) => readContent(message, limit))
  response.writeHead(status, headers).end(body)
}

/** The same where there is a `Request`. */
export async function heldResponse(held: Hold, request: Request): Promise<Response> {
  const read = (limit: number): Promise<Uint8Array> => readWebContent(request, limit)
  const { status, headers, body } = await held.answer(fetchRequest(request), read)
  return new Response(body === '' ? null : body, { status, headers })
}
