import type { Issuers } from './issuers.ts'

/** The tokens that came with a resource token, and the keys of their issuers. */
export interface HandedTokens {
  readonly issuers: Issuers
  /** The agent token that came with the request, or that the person server forwards. */
  readonly agentToken: string
  /** `presented_token` of draft 11: the token that the agent presented to the resource. */
  readonly presentedToken?: string | undefined
  /** The agent token of a sub-agent whose parent asks. */
  readonly subagentToken?: string | undefined
  /** The upstream token of a call chain. */
  readonly upstreamToken?: string | undefined
  /**
   * Access servers to which the person server has presented a token of this person; default none. Auth tokens of other
   * access servers are not accepted as presented or upstream token, since any server can write `ps` into one (draft 11
   * §10.1.1, §9.4.5).
   */
  readonly accessServers?: readonly string[] | undefined
}

/** The context of a person server that an agent asks. */
export interface AtPersonServer extends HandedTokens {
  readonly role: 'person-server'
  /** Its server identifier. */
  readonly recipient: string
  /** Thumbprint of the key that signed the request. */
  readonly requestKey: string
}

/** The context of an access server that a person server asks. */
export interface AtAccessServer extends HandedTokens {
  readonly role: 'access-server'
  /** Its server identifier. */
  readonly recipient: string
  /**
   * The person server that signed the request; `undefined` if an agent without a person server asks, in drafts 01 to
   * 10.
   */
  readonly personServer: string | undefined
}

/** The context of an agent that a resource has challenged (draft 11 §6.7.3). */
export interface AtAgent extends HandedTokens {
  readonly role: 'agent'
  /** The origin it called. */
  readonly resource: string
  /** Thumbprint of its key. */
  readonly requestKey: string
  /** The agent's own person server. */
  readonly personServer: string | undefined
}

/** Who received a resource token, from whom, and with what. */
export type ResourceTokenContext = AtPersonServer | AtAccessServer | AtAgent
