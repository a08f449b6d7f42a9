import type { Auth, Requirement, Resource, TokenKind } from '@aauth-guard/core'
import { createConsent, grantSession, type Hold, hold, requireInteraction } from '@aauth-guard/core/managed'
import type { TargetRoute } from '../config.ts'
import { Ledger } from './ledger.ts'
import { Proposals } from './per-call.ts'
import { PersonDesk } from './person-desk.ts'
import type { RouteHold } from './route-members.ts'

/** A route as adapters serve it. */
export interface ServedRoute {
  readonly path: string
  readonly require: Requirement<TokenKind>
  /** To be called for a caller whom the guard accepted, before the answer. */
  readonly greet?: (auth: Auth) => Promise<void>
  /** Answers the route, in place of a guard and a handler. */
  readonly held?: Hold
}

/** What is behind the routes, for the control port. */
export interface ManagedTarget {
  readonly resource: Resource
  readonly desk: PersonDesk
  readonly ledger: Ledger
  readonly proposals: Proposals
  readonly holds: readonly Hold[]
}

/** The routes of a resource that manages access, and what is behind them. */
export function serveRoutes(
  resource: Resource,
  routes: readonly TargetRoute[],
): { readonly routes: readonly ServedRoute[]; readonly managed: ManagedTarget } {
  const desk = new PersonDesk(resource)
  const ledger = new Ledger()
  const proposals = new Proposals(resource.issuer)
  const served = routes.map((route): ServedRoute => {
    const { path, require: given, managed } = route
    if (managed === undefined) return { path, require: given }
    const requirement: Requirement<TokenKind> = { name: path, ...given }
    const name = requirement.name as string
    if ('hold' in managed) {
      const { run = 'completes', ...options } = managed.hold
      return {
        path,
        require: requirement,
        held: hold(resource, requirement as never, (call) => ledger.run(name, call, run), {
          ...holdOptions(options, proposals),
          onUnknown: (outcome) => void ledger.unknown.push(outcome),
        }),
      }
    }
    if ('session' in managed) {
      const greet = async (auth: Auth): Promise<void> => {
        const { id } = await createConsent(resource, auth, managed.session)
        await grantSession(resource, auth, id)
      }
      return { path, require: { ...requirement, sessions: true }, greet }
    }
    const asked = requireInteraction(resource, requirement as never, {
      ...managed.interaction,
      // A route with sessions finds the consent of its session.
      ...(requirement.sessions !== true && { consentOf: (auth: Auth) => desk.consentOf(name, auth) }),
      notify: (waiting) => void desk.waiting.push(waiting),
    })
    return { path, require: asked as Requirement<TokenKind> }
  })
  const holds = served.flatMap(({ held }) => held ?? [])
  return { routes: served, managed: { resource, desk, ledger, proposals, holds } }
}

function holdOptions({ perCall, ...options }: Omit<RouteHold, 'run'>, proposals: Proposals) {
  return { ...options, ...(perCall !== undefined && { perCall: proposals.optionsFor(perCall) }) }
}
