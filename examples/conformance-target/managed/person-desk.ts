import { type Auth, personKey, type Resource } from '@aauth-guard/core'
import {
  type Decided,
  type InteractionPage,
  interactionPage,
  type PageRequest,
  type WaitingRequest,
} from '@aauth-guard/core/managed'

/** How a person came to the page: by a code, by the reference of an approval, or earlier. */
export interface Arrival {
  readonly handle?: string
  readonly code?: string
  readonly reference?: string
  readonly person: string
  readonly callback?: string
  readonly source?: string
}

export interface Decision extends Arrival {
  readonly outcome: 'complete' | 'deny' | 'abandon'
  readonly scopes?: readonly string[]
  readonly lifetime?: number
}

/** What the page and the database of an application would do. */
export class PersonDesk {
  readonly page: InteractionPage
  /** What `notify` was told. */
  readonly waiting: WaitingRequest[] = []
  /** The last consent of each caller on each route that takes no sessions. */
  readonly #consents = new Map<string, string>()

  constructor(resource: Resource) {
    this.page = interactionPage(resource)
  }

  consentOf(route: string, auth: Auth): string | undefined {
    const { agent, thumbprint, mission } = auth
    const of = (caller: string | undefined): string | undefined =>
      caller && this.#consents.get(keyOf(route, caller, personKey(auth), mission?.s256))
    // Requests under tokens that do not prove the agent are known by the key.
    return of(agent) ?? of(thumbprint)
  }

  async open({ handle, code, reference, ...by }: Arrival): Promise<PageRequest> {
    if (handle !== undefined) return this.page.read(handle, by)
    if (code !== undefined) return this.page.redeemCode(code, { ...by, reference })
    return this.page.openReference(reference ?? '', by)
  }

  /** Opens the page unless the handle of an opened one is given, and decides. */
  async decide(decision: Decision): Promise<Decided> {
    const { person, outcome, scopes, lifetime } = decision
    const agreed = scopes === undefined ? {} : { scopes }
    // What has ended can still be decided: the outcome says so.
    const request = decision.handle === undefined ? await this.open(decision) : await this.#known(decision)
    const handle = request?.handle ?? (decision.handle as string)
    if (outcome === 'deny') return this.page.deny(handle, { person })
    if (outcome === 'abandon') return this.page.abandon(handle, { person })
    const decided = await this.page.complete(handle, { person, lifetime, ...agreed })
    if (decided.outcome === 'completed' && request !== undefined) this.#remember(request, decided.consent)
    return decided
  }

  #known(decision: Decision): Promise<PageRequest | undefined> {
    return this.open(decision).catch(() => undefined)
  }

  #remember({ route, agent, thumbprint, personKey, mission }: PageRequest, consent: string): void {
    this.#consents.set(keyOf(route, agent?.id ?? thumbprint, personKey, mission?.s256), consent)
  }
}

function keyOf(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts)
}
