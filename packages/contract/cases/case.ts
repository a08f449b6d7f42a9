import type { ResourceOptions } from '@aauth-guard/core'
import type { AgentRequest, Corruption, Generation, Grant, SignOptions } from '@aauth-guard/testing'
import type { Wire } from '../wire.ts'

/** One request: what the agent signs, and what goes over the wire. */
export interface Sent extends AgentRequest, Omit<SignOptions, 'token'> {
  /** What is signed; default `/whoami`. */
  readonly target?: string
  /** Default an auth token; `none` sends no credential at all. */
  readonly token?: 'auth' | 'agent' | 'person' | 'none'
  /** What the token says; default nothing beside the person. */
  readonly grant?: Grant
  /** What happens to the token before it is signed for. */
  readonly corruption?: Corruption
  /** Sent without waiting for the answer to the request before it. */
  readonly pipelined?: boolean
  /** What happens to the message after it was signed. */
  readonly wire?: Wire
}

/**
 * What is sent on one connection, and what comes back: the status with the code of a refusal or else the text, of
 * every response. Auth tokens are those of both generations in turn, unless the case is about one. `lines` stand in the
 * first response, whatever else does; no line has a name that stands behind an exclamation mark.
 */
export type Case = readonly [
  rule: string,
  sent: Sent | readonly Sent[],
  outcome: string,
  generation?: Generation | undefined,
  lines?: readonly string[],
]

/** Cases for a resource with the same options. */
export interface Suite {
  readonly about: string
  readonly options?: Partial<ResourceOptions>
  readonly cases: readonly Case[]
}

/** The lines that make a request a CORS preflight. */
export const preflightLines = ['Origin: https://app.example', 'Access-Control-Request-Method: POST']
