import {
  AAuthError,
  type AnyRequirement,
  type AuthorizeOptions,
  type Caller,
  type SignedRequest,
} from '@aauth-guard/core'
import { authorizeNow } from '@aauth-guard/core/adapter'
import type { Demanded, Entry } from '../tables/entry.ts'
import type { Shared } from './exchange.ts'

/** Who was accepted, by which requirement. */
export interface Decided {
  readonly caller: Caller
  readonly requirement: AnyRequirement
}

const everything: Demanded = { digest: true, method: false, name: false }
/** Methods whose names may stand in events; others are words of the client. */
const shownMethods: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'subscriptions/listen',
])
const contentLater: AuthorizeOptions = Object.freeze({ content: 'later' })

/** Decisions of core, so that events, recorder and evidence have all of them. */
export class Decisions {
  readonly #shared: Shared

  constructor(shared: Shared) {
    this.#shared = shared
  }

  /** All requirements must hold; the identity is that of the last. @throws {AAuthError} */
  async authorize(
    request: SignedRequest,
    method: string,
    entries: readonly Entry[],
    demanded: Demanded,
  ): Promise<Decided> {
    let decided: Decided | undefined
    for (const entry of entries) {
      const requirement = entry.requirement(method, demanded)
      decided = { caller: await this.#decide(request, requirement), requirement }
    }
    if (decided === undefined) throw new TypeError('nothing is required of this message')
    return decided
  }

  /** Refuses what is in no table, after the caller was verified. @throws {AAuthError} always */
  async deny(request: SignedRequest, method: string, hint: string, demanded: Demanded): Promise<never> {
    const name = `${shownMethods.has(method) ? method : 'method'} (not listed)`
    const refusal = new AAuthError('access_denied', { hint })
    await this.#refuse(request, refusal, demanded, name)
    throw refusal
  }

  /** Reports a refusal of a verified caller that is answered in another way. @throws {AAuthError} for a caller that is refused anyway */
  async report(request: SignedRequest, refusal: AAuthError): Promise<void> {
    try {
      await this.#refuse(request, refusal, everything, 'message')
    } catch (error) {
      if (error !== refusal) throw error
    }
  }

  async #refuse(
    request: SignedRequest,
    refusal: AAuthError,
    demanded: Demanded,
    name: string,
  ): Promise<void> {
    const { connect } = this.#shared.tables
    const { alternative, ...required } = connect.requirement('', demanded)
    // Callers with another credential are verified, but core does not run "check" for them.
    if (alternative !== undefined) {
      const caller = await this.#decide(request, connect.requirement('', demanded))
      if (caller.type === 'other') throw refusal
    }
    const check = (): never => {
      throw refusal
    }
    await this.#decide(request, { ...required, name, check })
  }

  async #decide(request: SignedRequest, requirement: AnyRequirement): Promise<Caller> {
    const caller = await authorizeNow(this.#shared.resource, request, requirement, contentLater)
    if (caller === undefined) throw new TypeError('no entry is optional')
    return caller
  }
}
