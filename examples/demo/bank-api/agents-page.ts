import { isAAuthError, type Resource } from '@aauth-guard/core'
import { interactionPage } from '@aauth-guard/core/managed'

/** What a form of the page contains. */
export type Form = Readonly<Record<string, string>>

/** What a customer sees after a form was sent. */
export interface Shown {
  readonly status: number
  readonly [name: string]: unknown
}

/** Takes what a signed-in customer sends with a click. */
export type AgentsPage = (path: string, customer: string, form: Form) => Promise<Shown>

/**
 * The handlers of the page where customers decide about agents. A web framework would call them with the session of the
 * customer, after it has compared its token against forged forms.
 */
export function agentsPage(resource: Resource): AgentsPage {
  const page = interactionPage(resource)
  const handlers: Readonly<Record<string, (person: string, form: Form) => Promise<object>>> = {
    async '/agents'(person, { code = '' }) {
      const { handle, agent, scopes } = await page.redeemCode(code, { person })
      const asks = scopes.map(({ description }) => description)
      return { shows: { agent: agent?.id, 'vouched for by': agent?.provider, asks }, handle }
    },
    async '/agents/agree'(person, { handle = '' }) {
      return page.complete(handle, { person })
    },
    async '/agents/disconnect'(person) {
      await resource.managed.end({ person })
      return { shows: 'No agent has access any more.' }
    },
  }
  return async (path, person, form) => {
    try {
      return { status: 200, ...(await handlers[path]?.(person, form)) }
    } catch (error) {
      if (!isAAuthError(error)) throw error
      return { status: error.status, error: error.code }
    }
  }
}
