import type { Answer } from '@aauth-guard/core'

/** Why the gateway itself refuses a request, before anybody is asked who sends it. */
export type GatewayCode =
  | 'no_route'
  | 'method_not_allowed'
  | 'ambiguous_target'
  | 'bad_request'
  | 'content_too_large'
  | 'upgrade_refused'
  | 'too_many_requests'
  | 'upstream_unavailable'
  | 'upstream_timeout'

/** What the gateway answers by itself. @param hint for the operator; it never crosses the wire */
export interface GatewayRefusal {
  readonly code: GatewayCode
  readonly hint: string
  readonly answer: Answer
}

const titles: Readonly<Record<GatewayCode, readonly [status: number, title: string]>> = Object.freeze({
  no_route: [404, 'Nothing is served here.'],
  method_not_allowed: [405, 'The method is not served here.'],
  ambiguous_target: [400, 'Servers could read the target in two ways.'],
  bad_request: [400, 'The request is not well-formed.'],
  content_too_large: [413, 'The content is too large.'],
  upgrade_refused: [400, 'The connection cannot be upgraded.'],
  too_many_requests: [503, 'Too many requests are on their way.'],
  upstream_unavailable: [502, 'The server behind the gateway cannot be reached.'],
  upstream_timeout: [504, 'The server behind the gateway did not answer in time.'],
})

/** A refusal with its problem body; errors of ours name no upstream. */
export function refusal(
  code: GatewayCode,
  hint: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayRefusal {
  const [status, title] = titles[code]
  return {
    code,
    hint,
    answer: {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
      // Agents read "error", as in the refusals of core.
      body: JSON.stringify({ type: 'about:blank', title, status, error: code }),
    },
  }
}
