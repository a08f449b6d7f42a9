import { refusal } from '../decide/refusal.ts'
import type { Exchange } from './exchange.ts'
import type { ProxyState } from './proxy-state.ts'
import { sendRefusal } from './send-answer.ts'

/**
 * Decides a request, and remembers meanwhile that it is not decided.
 * @returns `undefined` if it was answered in the meantime, to make room for another one
 */
export async function whileUndecided<T>(
  { undecided }: ProxyState,
  exchange: Exchange,
  decide: () => Promise<T>,
): Promise<T | undefined> {
  undecided.add(exchange)
  exchange.whenEnded(() => undecided.delete(exchange))
  try {
    const verdict = await decide()
    return exchange.isAnswered ? undefined : verdict
  } finally {
    undecided.delete(exchange)
  }
}

/**
 * Answers the request that has waited for its decision the longest, so that another one can be decided. Decisions about
 * callers of known issuers take milliseconds; those that wait for slow servers of anybody must not keep them out.
 *
 * @returns whether there was one
 */
export function answerLongestUndecided(state: ProxyState): boolean {
  const [longest] = state.undecided
  if (longest === undefined) return false
  state.undecided.delete(longest)
  const hint = 'others came while the request waited for its decision'
  sendRefusal(state, longest, refusal('too_many_requests', hint, { 'retry-after': '1' }))
  return true
}
