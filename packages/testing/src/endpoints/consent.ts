import type { Approval } from '../issuer/approval.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import { deferred } from '../issuer/pending-requests.ts'
import type { ConsentQuestion } from '../issuer/token-policy.ts'

/** Asks the person before a token is given, where the policy of the person server says so (draft 11 §11.8). */
export class Consent {
  readonly #issuer: TestIssuer

  constructor(issuer: TestIssuer) {
    this.#issuer = issuer
  }

  /** Grants at once where nobody is asked; else tells the agent where to poll. */
  ask(
    question: ConsentQuestion,
    grant: (approval: Approval) => Promise<Response>,
  ): Promise<Response> | Response {
    const { id, policy, missions } = this.#issuer
    const said = policy.asks?.(question) ?? false
    if (said !== true) return grant(said || {})
    const { about, agent } = question
    const asked = missions.requests.add({ about, agent, description: '', consent: question }, grant)
    return deferred(id, asked, missions.retryAfter)
  }

  /** @throws {EndpointError} */
  poll(id: string, agent: string): Response {
    const { missions, id: origin } = this.#issuer
    return missions.requests.poll(id, agent, (asked) => deferred(origin, asked, missions.retryAfter))
  }
}
