import type { InteractionClaim } from '@aauth-guard/core/exchange'
import type { Approval } from '../issuer/approval.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import { returnPath } from '../issuer/issuer-metadata.ts'

import { deferred } from '../issuer/pending-requests.ts'
import type { ConsentQuestion } from '../issuer/token-policy.ts'
import { granted } from '../world/endpoint-answer.ts'

/** Asks the person before a token is given, where the policy of the person server says so (draft 11 §11.8). */
export class Consent {
  readonly #issuer: TestIssuer
  /** By the code of what waits for persons who are not asked once they have come back. */
  readonly #agreed = new Map<string, Approval>()

  constructor(issuer: TestIssuer) {
    this.#issuer = issuer
  }

  /**
   * Grants at once where nobody is asked; else tells the agent where to poll.
   * @param first the page of the resource where the person has to go first (draft 11 §7.2.3)
   */
  ask(
    question: ConsentQuestion,
    grant: (approval: Approval) => Promise<Response>,
    first?: InteractionClaim,
  ): Promise<Response> | Response {
    const { id, policy, missions } = this.#issuer
    const said = policy.asks?.(question) ?? false
    if (said !== true && first === undefined) return grant(said || {})
    const { about, agent } = question
    const visitBy = first && ((flow: string) => visitOf(first, `${id}${returnPath}${flow}`))
    const asked = missions.requests.add({ about, agent, description: '', consent: question }, grant, visitBy)
    if (first !== undefined && said !== true) this.#agreed.set(asked.code, said || {})
    return deferred(id, asked, missions.retryAfter)
  }

  /** The person comes back from the page of a resource. Who is not asked here has agreed with that. @throws {EndpointError} */
  async returned(flow: string, error: string | null): Promise<Response> {
    const { requests } = this.#issuer.missions
    const code = requests.returned(flow, error)?.code
    const approval = code === undefined ? undefined : this.#agreed.get(code)
    if (code !== undefined && approval !== undefined) await requests.decide(code, 'approved', approval)
    return granted({ status: error ?? 'returned' })
  }

  /** @throws {EndpointError} */
  poll(id: string, agent: string): Response {
    const { missions, id: origin } = this.#issuer
    return missions.requests.poll(id, agent, (asked) => deferred(origin, asked, missions.retryAfter))
  }
}

/** Where the person is sent, with the code and the way back. */
function visitOf({ url, code }: InteractionClaim, callback: string): string {
  return `${url}?${new URLSearchParams({ code, callback })}`
}
