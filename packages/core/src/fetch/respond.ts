import type { Answer } from '../errors/answer.ts'

export function respond({ status, headers, body }: Answer): Response {
  // An empty text would be given a type, and statuses such as 204 may not have one.
  return new Response(body === '' ? null : body, { status, headers })
}
