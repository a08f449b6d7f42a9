import type { Auth, AuthFor, IdentityOptions, PersonNeed, StepUp, TokenKind } from '@aauth-guard/core'
import { isAAuthError, type Resource, stepUp } from '@aauth-guard/core'
import { readIdentity } from '@aauth-guard/core/adapter'
import { Exchange } from './guard/exchange.ts'

/** What a tool handler gets beside its arguments: `extra` of SDK 1, or `ctx` of SDK 2. */
export interface ToolContext {
  /** SDK 1. */
  readonly authInfo?: { readonly extra?: Readonly<Record<string, unknown>> } | undefined
  /** SDK 2. */
  readonly http?: ToolContext | undefined
}

/**
 * Who is calling a tool, verified.
 *
 * @param context what the SDK passes to the handler beside the arguments, or to the factory of a server
 * @param kind what the entry of the tool accepts
 * @throws {TypeError} where `protectMcp` did not run, for another kind of token, and for another credential than AAuth
 * @example
 * ```ts
 * import { personKey } from '@aauth-guard/core'
 * import { getAuth } from '@aauth-guard/mcp'
 * import { McpServer } from '@modelcontextprotocol/server'
 *
 * export function makeServer(): McpServer {
 *   const server = new McpServer({ name: 'notes', version: '1.0.0' })
 *   server.registerTool('notes.whose', { description: 'Whose notes these are' }, (ctx) => ({
 *     content: [{ type: 'text', text: personKey(getAuth(ctx, 'auth-token')) ?? 'nobody' }],
 *   }))
 *   return server
 * }
 * ```
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  context: ToolContext,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  const { extra } = context.authInfo ?? context.http?.authInfo ?? {}
  return readIdentity(extra?.aauth as Auth | undefined, kind, remedy, options)
}

const remedy = 'call protectMcp around the server'

/**
 * Asks the caller of a tool for a token that grants more. It always throws. The answer to the call is then HTTP 401 with a
 * resource token in place of a result, where nothing was streamed before; on a stream that began, a JSON-RPC error.
 *
 * SDKs turn what a tool throws into a result with `isError`, which the transport of an agent cannot act on: use this
 * function in tools in place of `stepUp` of core.
 *
 * @param auth what `getAuth` returned, not a copy
 * @throws {AAuthError} always
 * @throws {TypeError} as `stepUp` of core
 * @see docs/how-to/mcp.md
 * @example
 * ```ts
 * import { type Auth, createResource } from '@aauth-guard/core'
 * import { stepUpTool } from '@aauth-guard/mcp'
 *
 * const scopes = { 'notes.read': 'Read your notes', 'notes.purge': 'Delete all of them' }
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any', scopes })
 *
 * export function assertMayPurge(auth: Auth): void {
 *   if (!auth.scopes.includes('notes.purge')) stepUpTool(resource, auth, { scope: 'notes.purge' })
 * }
 * ```
 */
export function stepUpTool(resource: Resource, auth: Auth, wanted: StepUp): never {
  try {
    return stepUp(resource, auth, wanted)
  } catch (error) {
    const exchange = Exchange.of(auth)
    if (exchange !== undefined && isAAuthError(error)) exchange.refusal = error
    throw error
  }
}
