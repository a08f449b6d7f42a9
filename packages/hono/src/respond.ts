import type { Answer } from '@aauth-guard/core'

/** An answer as the response it describes. */
export function respond({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}
