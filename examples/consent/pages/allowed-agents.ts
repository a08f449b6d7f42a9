import { randomBytes } from 'node:crypto'

/** What a person has allowed, as the application keeps it for its page. */
export interface AllowedAgent {
  /** For the page. It is not the consent. */
  readonly id: string
  /** For `resource.managed.end`. */
  readonly consent: string
  readonly provider: string
  /** As the agent and its provider chose it. */
  readonly agent: string
  readonly scopes: readonly string[]
  /** Seconds. */
  readonly since: number
  readonly end: number
}

/**
 * The consents of each person. A real application keeps them in its database. The guard never reads them: it looks at its
 * own records, so an entry that is missing here gives and takes nothing.
 */
export class AllowedAgents {
  readonly #byPerson = new Map<string, readonly AllowedAgent[]>()

  /** A new consent of a person for the same agent has ended the one before. */
  add(person: string, allowed: Omit<AllowedAgent, 'id'>): void {
    const others = this.of(person, allowed.since).filter(({ agent }) => agent !== allowed.agent)
    this.#byPerson.set(person, [...others, { ...allowed, id: randomBytes(9).toString('base64url') }])
  }

  /** @param now seconds */
  of(person: string, now: number): readonly AllowedAgent[] {
    return (this.#byPerson.get(person) ?? []).filter(({ end }) => now < end)
  }

  remove(person: string, id: string): void {
    this.#byPerson.set(
      person,
      (this.#byPerson.get(person) ?? []).filter((one) => one.id !== id),
    )
  }
}
