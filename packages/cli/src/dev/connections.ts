import type { Approval, ConsentQuestion } from '@aauth-guard/testing'

/** A person let an agent say who they are at a resource. */
export interface Connection {
  readonly person: string
  readonly agent: string
  readonly resource: string
}

/**
 * What persons said of person tokens: they are asked once for an agent and a resource. For every auth token they are
 * asked again.
 */
export class Connections {
  #known: readonly Connection[]

  constructor(known: readonly Connection[]) {
    this.#known = known
  }

  all(): readonly Connection[] {
    return this.#known
  }

  add(connection: Connection): void {
    this.remove(connection)
    this.#known = [...this.#known, connection]
  }

  /** From now on, the person is asked again. */
  remove({ agent, resource }: Pick<Connection, 'agent' | 'resource'>): void {
    this.#known = this.#known.filter((one) => one.agent !== agent || one.resource !== resource)
  }

  /** What the person said before, if they need not be asked. */
  answer({ about, agent, resource, mission }: ConsentQuestion): Approval | undefined {
    if (about !== 'person-token' || mission !== undefined) return undefined
    const known = this.#known.find((one) => one.agent === agent && one.resource === resource)
    return known && { person: known.person }
  }
}
