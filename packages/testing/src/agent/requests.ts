import type { BareItem } from 'structured-headers'
import type { AgentMistake } from '../signing/agent-mistakes.ts'
import type { TestKey } from '../signing/keys.ts'

/** A request to be signed. */
export interface AgentRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

/** How a request is signed. */
export interface SignOptions {
  /** The JWT for `Signature-Key`. */
  readonly token: string
  /** Default `sig`. */
  readonly label?: string
  /** Covered beside the base components and the fields that must be. */
  readonly cover?: readonly string[]
  /** Signature parameters beside `created`. */
  readonly params?: Readonly<Record<string, BareItem>>
  /** Seconds; default the network's clock. */
  readonly created?: number
  /** Sends and covers `AAuth-Mission` (drafts 01 to 10). */
  readonly mission?: { readonly approver: string; readonly s256: string }
  /** Sends and covers `Authorization: AAuth` with this value, which an answer gave in `AAuth-Access`. */
  readonly access?: string
  /** Sends and covers `Content-Digest`, and covers `Content-Type`. */
  readonly digest?: boolean
  readonly mistake?: AgentMistake
}

/** How a request is signed, and where it goes. */
export interface FetchOptions extends SignOptions {
  readonly via?: string
}

/** An agent, as those see it who call for it. */
export interface SigningAgent {
  readonly key: TestKey
  readonly personServer: { readonly id: string } | undefined
  agentToken(): Promise<string>
  fetch(url: string, request: AgentRequest, options: FetchOptions): Promise<Response>
}
