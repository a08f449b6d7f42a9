import type { World } from '../world/world.ts'
import type { AgentRequest } from './requests.ts'

/** What a resource asks the person of an agent to do at its page (draft 11 §7.2.3). */
export interface AskedInteraction {
  /** The address of the page, as the resource sent it. */
  readonly url: string
  readonly code: string
  /** What the person opens: `url` with the code, and with the callback if there is one. */
  readonly page: string
  /** `callback` of the call. */
  readonly callback?: string
}

/** What comes with a question. */
export interface ClarificationDetails {
  /** Answers to choose from; empty if any text will do. */
  readonly options: readonly string[]
  /** Seconds that the person waits for the answer, if the resource says so. */
  readonly timeout?: number
}

/** How an agent waits for what a resource decides later. */
export interface DeferralOptions {
  /**
   * Has the person of the agent decide; called once for each code. With it, the agent lists the capability `interaction`
   * in `AAuth-Capabilities`. Once the returned promise resolves, the agent polls at once. Default: the agent does not list
   * the capability, and an answer that asks for an interaction is the outcome of the call.
   */
  readonly onInteraction?: (asked: AskedInteraction) => unknown
  /**
   * Answers a question about the request. With it, the agent lists the capability `clarification`. `undefined` cancels the
   * request, which then is answered 410. Default: the agent does not list the capability, and a question is the outcome of
   * the call.
   */
  readonly onClarification?: (
    question: string,
    details: ClarificationDetails,
  ) => string | undefined | Promise<string | undefined>
  /** Where the page sends the person afterwards; added to `page` of the interaction. */
  readonly callback?: string
  /**
   * Awaited between two polls, with the seconds of `Retry-After`. Default: a clock that stands is advanced by them, and
   * nothing waits; with the clock of the system, the agent waits. Polls then also carry `Prefer: wait=5`, with which a
   * resource holds a poll for up to five real seconds, or until something changes.
   */
  readonly pause?: (seconds: number) => unknown
}

/** The request with `AAuth-Capabilities` for these callbacks, unless it has the field (draft 11 §11.7). */
export function withCapabilities(
  request: AgentRequest,
  { onInteraction, onClarification }: DeferralOptions,
): AgentRequest {
  const listed = [onInteraction && 'interaction', onClarification && 'clarification'].filter(Boolean)
  const { headers = {} } = request
  const isListed = Object.keys(headers).some((name) => name.toLowerCase() === 'aauth-capabilities')
  if (listed.length === 0 || isListed) return request
  return { ...request, headers: { ...headers, 'aauth-capabilities': listed.join(', ') } }
}

/** Adds code and callback to the address of a page. */
export function interactionAt(url: string, code: string, callback: string | undefined): AskedInteraction {
  const page = `${url}?code=${encodeURIComponent(code)}`
  if (callback === undefined) return { url, code, page }
  return { url, code, page: `${page}&callback=${encodeURIComponent(callback)}`, callback }
}

/** The default pause. */
export function letTimePass({ clock }: World, seconds: number): unknown {
  if (clock.isStopped) return clock.advance(seconds)
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
