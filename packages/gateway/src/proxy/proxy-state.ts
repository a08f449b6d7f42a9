import type { AssertionSigner } from '@aauth-guard/core/assertion'
import type { Plan } from '../settings/plan.ts'
import type { Exchange } from './exchange.ts'
import type { OpenConnections } from './open-connections.ts'
import type { Shares } from './shares.ts'
import type { UpstreamAgents } from './upstream-agents.ts'

/** What the proxy itself refused, or what failed behind it. Refusals of core are events of the resource. */
export interface ProxyEvent {
  readonly code: string
  /** For the operator; may name the upstream. */
  readonly hint: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Of the route, if one was found. */
  readonly route?: string | undefined
}

/** What all requests of a proxy share. */
export interface ProxyState {
  readonly plan: () => Plan
  readonly assertions: AssertionSigner
  readonly log: (event: ProxyEvent) => void
  readonly agents: UpstreamAgents
  /** Requests on their way, in all, and those of verified callers. */
  readonly requests: Shares
  readonly callers: Shares
  /** Requests of each caller to each upstream. */
  readonly upstreams: Shares
  /** Requests that are not decided yet, the oldest first. */
  readonly undecided: Set<Exchange>
  readonly tunnels: Shares
  /** Octets of content that are held to compare digests. */
  readonly held: Shares
  readonly open: OpenConnections
}
