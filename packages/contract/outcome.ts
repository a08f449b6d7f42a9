import type { RawResponse } from './exchange.ts'

/** What came back on a connection: of every response the status, with the code of a refusal or else the text. */
export function outcomeOf(responses: readonly RawResponse[]): string {
  return responses.map(({ status, lines, body }) => `${status} ${wordOf(lines, body)}`).join(' | ')
}

function wordOf(lines: readonly string[], body: string): string {
  if (body === '' || !lines.includes('content-type: application/problem+json')) return body
  return (JSON.parse(body) as { error: string }).error
}
