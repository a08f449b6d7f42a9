import type { AnyRequirement, Auth, ClassPolicy, RoutedRequest } from '@aauth-guard/core'

/**
 * What is required of whoever uses one tool, resource or prompt: a requirement as `protect` of the adapters takes it. The
 * name in events is set by this package, such as `tools/call notes.delete`, and nobody passes without a credential.
 */
export interface McpRequirement extends Omit<AnyRequirement, 'name' | 'optional' | 'tool' | 'check'> {
  /**
   * Called after all other checks have passed. Only `true` accepts the request. Where the headers name the tool, it is
   * called before the body is read.
   */
  readonly check?: (auth: Auth, request: RoutedRequest) => boolean | Promise<boolean>
}

/** A resource or a prompt in a table. */
export interface McpEntry extends McpRequirement {
  /** Lists show it only to callers that may use it as they are. Default `false`: as `list` of the options says. */
  readonly hidden?: boolean
}

/** A tool in the table. */
export interface McpTool extends McpEntry {
  /**
   * Requires the tool to be one of the `approved_tools` of the mission, by its own name (`true`) or another. It only
   * narrows: the name in a mission does not name a server, so a tool of that name elsewhere was approved as well. Implies
   * `mission: 'required'`, and needs `blobs` of `monitorMissions`.
   */
  readonly tool?: boolean | string
  /**
   * Accepts calls whose signature does not cover `content-digest`, if it covers `mcp-method` and `mcp-name`. The arguments
   * are then not signed: whoever captures the head of a call can send it with other arguments within the signature window.
   */
  readonly unsignedArguments?: boolean
}

/** Which entries a list shows. */
export type ListMode = 'granted' | 'grantable' | 'all'

/** How the sessions of revisions before 2026-07-28 are kept. */
export interface SessionOptions {
  /** Sessions of one caller: 1 to 10 000, default 20. */
  readonly perCaller?: number
  /**
   * Sessions of all callers whose issuers `trust` lists, and as many of all others: 1 to 1 000 000, default 1000. One issuer
   * that is not listed has a tenth.
   */
  readonly total?: number
  /** Seconds without a request and without an open stream after which a session is forgotten: 1 to 86 400, default 1800. */
  readonly idle?: number
  /**
   * Whether another runtime under the same mission may use a session if its agent provider is unknown, as with tokens of
   * draft 11. Default `'same-key'`: only the runtime that began it.
   */
  readonly classPolicy?: ClassPolicy
  /** Called with the id of a session that was forgotten because it was idle. Close its transport here. */
  readonly onIdle?: (sessionId: string) => void
}

/** Options of `protectMcp`. What is in no table is denied. All of them are checked when the server is protected. */
export interface McpOptions {
  /** Tools by name. */
  readonly tools?: Readonly<Record<string, McpTool>>
  /**
   * Resources by URI or by URI template. `{name}` stands for one or more characters other than `/`, and `{+name}` for one
   * or more characters. Everything else is compared as it is written. Two entries that fit one URI are refused.
   */
  readonly resources?: Readonly<Record<string, McpEntry>>
  /** Prompts by name. */
  readonly prompts?: Readonly<Record<string, McpEntry>>
  /** Further methods that are served, such as `logging/setLevel`, and methods that require more than `connect` does. */
  readonly methods?: Readonly<Record<string, McpRequirement>>
  /**
   * What is required for everything that touches no entry: `initialize`, `server/discover`, `ping`, lists, sessions and
   * their notifications. Default: a verified token of any kind.
   */
  readonly connect?: McpRequirement
  /**
   * Which entries lists show: those that the caller may use (`'granted'`), those it may use or could by asking for a token
   * (`'grantable'`, the default), or every entry (`'all'`).
   */
  readonly list?: ListMode
  readonly sessions?: SessionOptions
  /**
   * The key that seals `requestState` and event ids, 32 octets or more. Processes that serve the same clients must share it.
   * Default: random in each process.
   */
  readonly sealingKey?: Uint8Array
  /** The clock by which sessions are idle, in seconds. Default: the system clock. */
  readonly now?: () => number
}
