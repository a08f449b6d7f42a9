import { readRequirement } from './asked-requirement.ts'
import { withCapabilities } from './deferral.ts'
import { followPending, isDeferred } from './follow-pending.ts'
import { type CallTerms, OngoingCall } from './ongoing-call.ts'
import type { AgentRequest } from './requests.ts'

/** What a call came to. */
export interface CallOutcome {
  readonly response: Response
  /** The token of the last request. */
  readonly token: string
  /** The requirement that each answer on the way stated: `person-token`, `interaction`. */
  readonly challenges: readonly string[]
  /** How often pending URLs were polled. */
  readonly polls: number
}

/** A resource that defers the call again whenever a person has agreed is left alone after so many times. */
const maxDeferrals = 5

/**
 * Calls until the resource asks for nothing more, and waits for what it decides later.
 * @throws {ExchangeError} for a resource token or auth token that is not what it must be
 * @throws {TokenRefused}
 * @throws {PendingUrlError}
 */
export async function answerChallenges(terms: CallTerms, request: AgentRequest): Promise<CallOutcome> {
  const call = await OngoingCall.begin(terms)
  const asking = withCapabilities(request, terms.options)
  for (let deferrals = 0; ; ) {
    const response = await call.send(asking, deferrals > 0)
    const asked = readRequirement(response)
    if (response.status === 401) {
      if (await call.meet(asked)) continue
      return outcomeOf(call, response)
    }
    const isFollowed = deferrals < maxDeferrals && (await isDeferred(response))
    if (!isFollowed) {
      call.record(asked)
      return outcomeOf(call, response)
    }
    const followed = await followPending(call, response)
    if (!followed.isAuthorized) return outcomeOf(call, followed.response)
    deferrals += 1
  }
}

function outcomeOf({ token, challenges, polls }: OngoingCall, response: Response): CallOutcome {
  return { response, token, challenges, polls }
}
