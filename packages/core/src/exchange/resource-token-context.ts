import type { Issuers } from './issuers.ts'

/** The tokens that came with a resource token, and the keys of those who issued them. */
export interface HandedTokens {
  readonly issuers: Issuers
  /** The agent token that signed the request, or that the person server forwards. */
  readonly agentToken: string
  /** `presented_token` of draft 11: what the agent had shown to the resource. */
  readonly presentedToken?: string | undefined
  /** For a sub-agent, whose parent asks. */
  readonly subagentToken?: string | undefined
  /** For a call chain. */
  readonly upstreamToken?: string | undefined
  /**
   * Access servers to which the person server has presented a token of this person. No other one's auth token counts as
   * presented or upstream token, since any server can write `ps` into one; default none (draft 11 §10.1.1, §9.4.5).
   */
  readonly accessServers?: readonly string[] | undefined
}

/** A person server, asked by the agent. */
export interface AtPersonServer extends HandedTokens {
  readonly role: 'person-server'
  /** Its server identifier. */
  readonly recipient: string
  /** Thumbprint of the key that signed the request. */
  readonly requestKey: string
}

/** An access server, asked by a person server. */
export interface AtAccessServer extends HandedTokens {
  readonly role: 'access-server'
  /** Its server identifier. */
  readonly recipient: string
  /** Which signed the request; `undefined` for an agent without person server, in drafts 01 to 10. */
  readonly personServer: string | undefined
}

/** An agent, challenged by a resource (draft 11 §6.7.3). */
export interface AtAgent extends HandedTokens {
  readonly role: 'agent'
  /** The origin it called. */
  readonly resource: string
  /** Thumbprint of its key. */
  readonly requestKey: string
  /** Its own, to which it will go. */
  readonly personServer: string | undefined
}

/** Who received a resource token, from whom, and with what. */
export type ResourceTokenContext = AtPersonServer | AtAccessServer | AtAgent
