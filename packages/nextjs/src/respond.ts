import type { Answer } from '@aauth-guard/core'

export function respond({ status, headers, body }: Answer): Response {
  // An empty text would be given the type of one.
  return new Response(body === '' ? null : body, { status, headers })
}
