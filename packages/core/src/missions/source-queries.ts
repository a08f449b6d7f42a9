import { abortable } from '../keys/fetch-document.ts'
import type { ResourceState } from '../resource/state.ts'
import { isTrustedIssuer } from '../resource/trusted-issuers.ts'
import type { StatusName } from '../stores/status-store.ts'
import { ListedApart } from './listed-apart.ts'
import { ServerAccess } from './server-access.ts'
import { type MissionAnswer, readAnswer } from './source.ts'
import { inquiryOf } from './status-inquiry.ts'
import type { StatusSettings } from './status-settings.ts'

/** Queries the source about missions, with limits for each person server. */
export class SourceQueries {
  readonly #state: ResourceState
  readonly #settings: StatusSettings
  readonly #accesses: ListedApart<ServerAccess>

  constructor(state: ResourceState, settings: StatusSettings) {
    this.#state = state
    this.#settings = settings
    this.#accesses = new ListedApart(1000, (approver) => state.isListed(approver))
  }

  /** Whether this resource may rely on what the person server says about its missions, whoever asked it. */
  trusts(approver: string): boolean {
    return isTrustedIssuer(this.#state.settings, undefined, 'person-server', approver)
  }

  /** @throws {Error} for an invalid answer, a deadline that passed, and what the source throws (the promise rejects) */
  async query({ approver, s256 }: StatusName): Promise<MissionAnswer> {
    const signal = AbortSignal.any([this.#state.keys.closing, AbortSignal.timeout(this.#settings.deadline)])
    const question = async (): Promise<unknown> => {
      const inquiry = inquiryOf(this.#state, approver, signal)
      return abortable(Promise.resolve(this.#settings.source({ approver, s256 }, inquiry)), signal)
    }
    return readAnswer(await this.#accessTo(approver).ask(question, signal))
  }

  /** Person servers that are not queried for the moment, after failures. */
  suspended(): readonly string[] {
    const keys = this.#accesses.keys().filter((key) => this.#accesses.get(key)?.isSuspended)
    return keys.map((key) => key.slice(0, -1))
  }

  #accessTo(approver: string): ServerAccess {
    const key = `${approver}\n`
    const known = this.#accesses.get(key)
    if (known !== undefined) return known
    const { events, settings } = this.#state
    const access = new ServerAccess(32, 1024, settings.now, (state) =>
      events.report({ type: 'aauth.circuit_changed.v1', subject: approver, state }),
    )
    this.#accesses.set(key, access)
    return access
  }
}
