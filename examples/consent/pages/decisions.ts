import type { Decided, InteractionPage, PageRequest } from '@aauth-guard/core/managed'
import type { AllowedAgents } from './allowed-agents.ts'
import type { Form } from './form.ts'
import type { Decision, OpenRequest } from './visitors.ts'

/** Seconds that a consent lasts. */
const lifetime = 28_800

/** The buttons of the page where persons decide. Whoever did not start a request leaves it, which the agent is told. */
const choices = ['allow', 'deny', 'not-mine'] as const
type Choice = (typeof choices)[number]

export function choiceOf(form: Form): Choice | undefined {
  return choices.find((choice) => choice === form.field('decision'))
}

/**
 * Decides once, however often the button is pressed. The guard makes sure of that between processes too.
 * @throws {AAuthError} as `read` and `complete` of the page (the promise rejects)
 */
export function decideOnce(
  page: InteractionPage,
  allowed: AllowedAgents,
  open: OpenRequest,
  by: { readonly person: string; readonly choice: Choice; readonly scopes: readonly string[] },
  now: number,
): Promise<Decision> {
  open.decision ??= decide(page, allowed, open, by, now)
  // What failed may be tried again.
  open.decision.catch(() => {
    delete open.decision
  })
  return open.decision
}

async function decide(
  page: InteractionPage,
  allowed: AllowedAgents,
  { handle }: OpenRequest,
  { person, choice, scopes }: Parameters<typeof decideOnce>[3],
  now: number,
): Promise<Decision> {
  const request = await page.read(handle, { person })
  const decided = await decideAs(page, handle, person, choice, scopes)
  const { agent, provider } = nameOf(request)
  const { outcome, callback } = decided
  if (decided.outcome !== 'completed') return { outcome, agent, scopes: [], callback }
  const described = request.scopes
    .filter(({ scope }) => decided.scopes.includes(scope))
    .map(({ description }) => description)
  const { consent } = decided
  allowed.add(person, { consent, agent, provider, scopes: described, since: now, end: now + lifetime })
  return { outcome, agent, scopes: described, callback }
}

function decideAs(
  page: InteractionPage,
  handle: string,
  person: string,
  choice: Choice,
  scopes: readonly string[],
): Promise<Decided> {
  if (choice === 'allow') return page.complete(handle, { person, scopes, lifetime })
  return choice === 'deny' ? page.deny(handle, { person }) : page.abandon(handle, { person })
}

/** An agent that is known by its key alone has that as its name. */
function nameOf({ agent, thumbprint }: PageRequest): { agent: string; provider: string } {
  if (agent === undefined) return { agent: `key ${thumbprint}`, provider: 'unknown provider' }
  return { agent: agent.id, provider: new URL(agent.provider).host }
}
