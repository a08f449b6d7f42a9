import { serializeDictionary, Token } from 'structured-headers'
import { AAuthError } from '../errors/aauth-error.ts'
import { pendingPath } from '../resource/paths.ts'
import type { ResourceState } from '../resource/state.ts'

/** What a 202 says. */
export interface Deferred {
  /** The absolute pending URL. */
  readonly location: string
  /** The value of `AAuth-Requirement`, with its parameters, which are sent as strings. */
  readonly requirement?:
    | { readonly name: string; readonly params: Readonly<Record<string, string>> }
    | undefined
  /** Whether the person has arrived at the page. */
  readonly isInteracting?: boolean
  /** Seconds until the next poll. Default 5. */
  readonly retryAfter?: number
  /** Further members of the body. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  readonly hint: string
}

/** The absolute URL of a pending request, as agents call it: with the prefix that the proxy strips. */
export function pendingUrl({ settings }: ResourceState, id: string): string {
  return `${settings.issuer}${settings.strippedPrefix}${pendingPath}${id}`
}

/**
 * The 202 that sends an agent to a pending URL (docs/requirements.md#defer-1). It is thrown like a refusal, so that every
 * adapter sends it, and every listener hears of it.
 */
export function deferred({
  location,
  requirement,
  isInteracting = false,
  retryAfter = 5,
  body,
  hint,
}: Deferred): AAuthError {
  const asked = requirement && {
    'aauth-requirement': serializeDictionary({
      requirement: [new Token(requirement.name), new Map(Object.entries(requirement.params))],
    }),
  }
  return new AAuthError('pending', {
    hint,
    retryAfter,
    deferred: {
      headers: { 'content-type': 'application/json', location, ...asked },
      body: { ...body, status: isInteracting ? 'interacting' : 'pending' },
    },
  })
}
