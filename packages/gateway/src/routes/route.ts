import type { Requirement, TokenKind } from '@aauth-guard/core'

/** Where requests go: one address, taken from the configuration and never from a request. */
export interface Upstream {
  /** Unique among upstreams: the `aud` of the assertions that it gets. */
  readonly name: string
  readonly origin: UpstreamOrigin
}

/** How an upstream is dialled. */
export type UpstreamOrigin =
  | { readonly protocol: 'http:' | 'https:'; readonly hostname: string; readonly port: number }
  | { readonly protocol: 'http:'; readonly socketPath: string }

/**
 * What is done about a covered `Content-Digest`: the content is read whole and compared before the upstream is dialled
 * (`buffer`), compared while it streams (`stream`), or left to the upstream (`upstream`).
 */
export type DigestCheck = 'buffer' | 'stream' | 'upstream'

/** One rule of the configuration: which requests, who may make them, and where they go. */
export interface Route {
  /** For logs, metrics and the console. */
  readonly name: string
  /**
   * `/notes` is that path alone. `/notes/*` is everything below it, with `/notes/` itself unless another route has that
   * path. `*` alone is the rest, behind all other routes.
   */
  readonly path: string
  /** Names of methods as they are sent; without any, every method but CONNECT and TRACE. */
  readonly methods: readonly string[] | undefined
  readonly requirement: Requirement<TokenKind>
  readonly upstream: Upstream
  /** A prefix of the target, ending before a `/`, that is cut before the target goes on; then one is put before it. */
  readonly cutPrefix: string
  readonly addPrefix: string
  /** Fields that go on though they may be credentials. */
  readonly pass: readonly ('authorization' | 'cookie')[]
  /** Further names outside `[A-Za-z0-9-]` that go on, in lower case. */
  readonly passNames: readonly string[]
  readonly digest: DigestCheck
  /** Octets of content that are read to compare a digest. */
  readonly maxContent: number
  /** Whether `Upgrade: websocket` goes on. */
  readonly upgrade: boolean
  /** Whether `%2f` and `%5c` may stand in the path. */
  readonly encodedSlash: boolean
}
