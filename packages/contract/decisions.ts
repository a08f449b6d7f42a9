import type { DecisionEvent } from '@aauth-guard/core'
import type { RawResponse } from './exchange.ts'

/** How often a guard refused, and how often a handler was called. */
export interface Tally {
  readonly refused: number
  readonly handled: number
}

/** What handlers answer: who is calling, or what the case is about. */
const handlerText =
  /^(?:the admin area|nothing here|the handler failed|\{"type":|getAuth |refused with auth_token_required)|(?:^| )(?:nobody|somebody|person-\d+|aauth:|acme with)/

/** What the gateway refuses before it asks who calls. */
const decidedBefore = /"error":"(?:ambiguous_target|bad_request|method_not_allowed)"/

/**
 * A refusal event stands for one refused answer, and a request whose last event is an acceptance for one call of a
 * handler. Events of one request follow each other, with rising steps.
 */
export function tallyOfEvents(events: readonly DecisionEvent[]): Tally {
  const isLast = (index: number): boolean => (events[index + 1]?.step ?? 1) === 1
  return {
    refused: events.filter(({ outcome }) => outcome !== 'accepted').length,
    handled: events.filter(({ outcome }, index) => outcome === 'accepted' && isLast(index)).length,
  }
}

/** The same by what went over the wire. */
export function tallyOfResponses(requests: readonly string[], responses: readonly RawResponse[]): Tally {
  const outcomes = responses.map((response, index) =>
    outcomeOf(requests[index] ?? requests.join(''), response),
  )
  return {
    refused: outcomes.filter((outcome) => outcome === 'refused').length,
    handled: outcomes.filter((outcome) => outcome === 'handled').length,
  }
}

function outcomeOf(request: string, { status, lines, body }: RawResponse): keyof Tally | undefined {
  if (lines.includes('content-type: application/problem+json'))
    return decidedBefore.test(body) ? undefined : 'refused'
  if (handlerText.test(body)) return 'handled'
  if (body.startsWith('refused with ')) return 'refused'
  const hasNoText = request.startsWith('HEAD ') || status === 204
  return hasNoText && /^signature:/im.test(request) ? 'handled' : undefined
}
