/** Limits of the reverse proxy. Times are in milliseconds. */
export interface ProxyLimits {
  /** Connections of agents that are open at once, without those of tunnels. */
  readonly connections: number
  /** Requests that are on their way at once; those of one caller; all callers without a credential share half. */
  readonly requests: number
  readonly requestsPerCaller: number
  /** Octets of content of one request; more is 413. */
  readonly maxContent: number
  /** Until an agent has sent its header lines, and its whole request. */
  readonly headersTimeout: number
  readonly requestTimeout: number
  /** Until a connection to an upstream is made, and until an upstream begins to answer. */
  readonly connectTimeout: number
  readonly answerTimeout: number
  /** Without an octet in either direction, for answers and tunnels. */
  readonly idleTimeout: number
  readonly tunnels: number
  readonly tunnelsPerCaller: number
  /** Connections to one upstream. Those of tunnels are counted as tunnels. */
  readonly upstreamConnections: number
  /** Octets of content that are held at once to compare digests; one caller may use a quarter of them. */
  readonly heldContent: number
  /** Until a request is watched like a stream: it then ends when its token or its mission does. */
  readonly watchAfter: number
  /** Until the gateway takes no more connections after it has said that it is not ready. */
  readonly closeDelay: number
  /** Until requests that are on their way are cut off when the gateway closes. */
  readonly closeTimeout: number
}

export const defaultProxyLimits: ProxyLimits = Object.freeze({
  connections: 10_000,
  requests: 2_000,
  requestsPerCaller: 200,
  maxContent: 1_073_741_824,
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  connectTimeout: 3_000,
  answerTimeout: 60_000,
  idleTimeout: 60_000,
  tunnels: 12_000,
  tunnelsPerCaller: 100,
  upstreamConnections: 512,
  heldContent: 268_435_456,
  watchAfter: 500,
  closeDelay: 0,
  closeTimeout: 10_000,
})
