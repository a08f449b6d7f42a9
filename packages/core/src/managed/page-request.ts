import type { ResourceState } from '../resource/state.ts'
import type { Mission } from '../token/claims.ts'
import { providerOf } from '../token/identifiers.ts'
import { type Owner, ownerId } from './owner.ts'
import type { PendingRequest } from './pending-request.ts'

/** A question of the person, and the answer of the agent. Show the answer as a text of the agent. */
export interface AnsweredQuestion {
  readonly question: string
  /** `undefined` as long as the agent has not answered. */
  readonly answer: string | undefined
}

/** A request as the page shows it to the person who arrived. All of it is verified, except what the agent answered. */
export interface PageRequest {
  /** For `complete`, `deny`, `abandon`, `ask` and `read`. It works only together with the person who arrived. */
  readonly handle: string
  /** `name` of the route. */
  readonly route: string
  /** What is asked for, with the description in `scopes` of the resource. */
  readonly scopes: readonly { readonly scope: string; readonly description: string }[]
  /**
   * The agent, and the agent provider that vouches for it. The name in `id` was chosen by them. `undefined` if the token
   * proves no agent: person tokens name none, and in drafts 01 to 10 the issuer of an auth token is only believed about it
   * where a list in `trust` contains that issuer. Then the key in `thumbprint` is all that is known of the agent.
   */
  readonly agent: { readonly id: string; readonly provider: string } | undefined
  /** Who asks, whatever the mission: `resource.managed.end({ owner })` ends all that was made for them. */
  readonly owner: string
  /** RFC 7638 thumbprint of the key of the agent. */
  readonly thumbprint: string
  /** The person server that the token names. */
  readonly personServer: string | undefined
  /** The person of the token, as `personKey` identifies them. */
  readonly personKey: string | undefined
  readonly mission: Mission | undefined
  /** Seconds at which the agent asked, and until which the person can decide. */
  readonly since: number
  readonly expires: number
  /** Whether the agent answers questions. */
  readonly answersQuestions: boolean
  readonly questions: readonly AnsweredQuestion[]
  /** Where the agent or its person server wants the person to go once they have decided, if it may be followed. */
  readonly callback: string | undefined
}

export async function describePending(
  { settings }: ResourceState,
  handle: string,
  request: PendingRequest,
): Promise<PageRequest> {
  const { owner, scopes, clarifications, arrival, route, since, expires, answersQuestions } = request
  return Object.freeze({
    handle,
    route,
    scopes: scopes.map((scope) => ({ scope, description: settings.scopes.get(scope) ?? '' })),
    agent: provenAgent(owner),
    owner: await ownerId(owner),
    thumbprint: owner.thumbprint,
    personServer: request.personServer ?? undefined,
    personKey: request.personKey ?? undefined,
    mission: owner.mission ?? undefined,
    since,
    expires,
    answersQuestions,
    questions: clarifications.map(({ question, answer }) => ({ question, answer: answer ?? undefined })),
    callback: arrival?.callback ?? undefined,
  })
}

/** A person server that no list contains can write any agent of any provider into its tokens. */
function provenAgent({ isAgent, agent, class: provider }: Owner): PageRequest['agent'] {
  if (agent === null) return undefined
  const proven = isAgent ? providerOf(agent.sub) : provider
  return proven === null ? undefined : { id: agent.sub, provider: proven }
}
