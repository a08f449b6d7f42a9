import {
  type AlternativeCredential,
  type AnyRequirement,
  type Auth,
  type Authorized,
  answer,
  type Caller,
  isAAuthError,
  type PersonNeed,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import {
  accessFieldsFor,
  asAuth,
  authorizeNow,
  bindContent,
  type ContentOptions,
  contentBinding,
  passesPreflight,
  privateFieldsFor,
  validateGuardOptions,
  validateRequirement,
} from '@aauth-guard/core/adapter'
import { checkContent } from '@aauth-guard/core/fetch'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { keptOctets } from './kept-octets.ts'
import { removeMissionHeader } from './remove-mission-header.ts'
import { requestOf } from './request-of.ts'
import { respond } from './respond.ts'

/** How {@link protect} treats refusals and content. */
export interface GuardOptions extends ContentOptions {
  /** Throws refusals, for `app.onError`, instead of answering them. */
  readonly passErrors?: boolean
}

/**
 * Guards everything behind it: verifies the request and checks it against `requirement`, puts the identity on
 * `c.var.aauth`, and answers every refusal itself with the headers that agents depend on.
 *
 * Handlers behind the guard do not see `AAuth-Mission`, which the agent only asserts.
 *
 * Under `@hono/node-server` the signature is checked over the target the client sent; on other hosts over the one
 * in `request.url`. Content is read only where the signature covers `content-digest`, up to `maxContent` and
 * once the caller is verified; the handler finds it unread. Answers get `Cache-Control: private` and `Vary` unless the handler sets them.
 *
 * @throws {TypeError} at once if `requirement` or `options` are malformed
 * @example
 * ```ts
 * import { createResource, personKey } from '@aauth-guard/core'
 * import { protect } from '@aauth-guard/hono'
 * import { Hono } from 'hono'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const app = new Hono()
 * app.get('/notes/:id', protect(resource), (c) => c.json({ id: c.req.param('id'), person: personKey(c.var.aauth) }))
 * ```
 */
export function protect<
  Accept extends TokenKind = 'auth-token',
  Optional extends boolean = false,
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
>(
  resource: Resource,
  requirement: Requirement<Accept, Optional, Person, Alternative> = {},
  options: GuardOptions = {},
): MiddlewareHandler<{ Variables: { aauth: Authorized<Accept, Optional, Person, Alternative> } }> {
  validateRequirement(resource, requirement)
  const { passErrors, maxContent } = validateGuardOptions(options, ['passErrors', 'maxContent'])
  const anyRequirement = requirement as AnyRequirement
  const fields = privateFieldsFor(resource, anyRequirement)
  return async (c, next) => {
    const request = requestOf(c)
    if (passesPreflight(resource, request)) return answerPreflight(c, next)
    let caller: Caller | undefined
    try {
      const decided = authorizeNow(resource, request, anyRequirement, contentLater)
      caller = decided instanceof Promise ? await decided : decided
      const auth = asAuth(caller)
      if (auth !== undefined && contentBinding(auth) === 'unchecked')
        await compareContent(auth, c, maxContent)
    } catch (error) {
      if (!passErrors) return respond(c, await answer(error))
      removeMissionHeader(c)
      throw error
    }
    removeMissionHeader(c)
    c.set('aauth', caller as Authorized<Accept, Optional, Person, Alternative>)
    if (!passErrors) answerQuietly(c)
    await next()
    // A handler behind the guard may refuse as well, such as with stepUp.
    if (!passErrors && isAAuthError(c.error)) {
      c.res = undefined
      c.res = respond(c, await answer(c.error))
    }
    return keepPrivate(c, fields, accessFieldsFor(caller))
  }
}

const contentLater = Object.freeze({ content: 'later' })

const remedy = 'put protect(resource) before whatever reads the content'

/** Restores the request to its unread state. */
async function compareContent(auth: Auth, { req }: Context, maxContent: number): Promise<void> {
  if (!req.raw.bodyUsed) req.raw = await checkContent(auth, req.raw, maxContent)
  else await bindContent(auth, async () => keptOctets(req), remedy)
}

/**
 * Hono hands what a handler throws to `app.onError` before the guard answers it, and by default prints the stack. It
 * does not print an error that brings a response; this one is replaced by the answer of the guard.
 */
function answerQuietly(c: Context): void {
  if (c.error !== undefined) thrown.set(c, c.error)
  Object.defineProperty(c, 'error', quietError)
}

/** Context → what was thrown behind its guard. */
const thrown = new WeakMap<Context, Error | undefined>()
const quietError: PropertyDescriptor & ThisType<Context> = {
  configurable: true,
  enumerable: true,
  get() {
    return thrown.get(this)
  },
  set(error: Error | undefined) {
    thrown.set(this, error)
    if (isAAuthError(error)) Object.assign(error, { getResponse: () => new Response(null, { status: 500 }) })
  },
}

/**
 * Keeps shared caches from storing a response, unless the handler set the fields itself.
 * @param access what takes the place of fields of the handler
 */
function keepPrivate(
  c: Context,
  fields: ReturnType<typeof privateFieldsFor>,
  access: ReturnType<typeof accessFieldsFor>,
): void {
  // A copy of an upgrade response would not be an upgrade.
  if (c.res.status === 101) return
  for (const [name, value] of fields) if (!c.res.headers.has(name)) setField(c, name, value)
  for (const [name, value] of access) setField(c, name, value)
}

/**
 * Sets a field of the response in place, as middleware of Hono does. `c.header` copies the response, and the server for
 * Node then has to read the content out of a stream. It is left for headers that cannot be changed, such as those of
 * `fetch`.
 */
function setField(c: Context, name: string, value: string): void {
  try {
    c.res.headers.set(name, value)
  } catch {
    c.header(name, value)
  }
}

/** A response is sent without content if the caller is not known. */
async function answerPreflight(c: Context, next: Next): Promise<void> {
  removeMissionHeader(c)
  await next()
  const { status, headers, body } = c.res
  if (body === null) return
  // The body is not read, so its source is released.
  body.cancel().catch(() => undefined)
  const kept = new Headers(headers)
  kept.delete('content-type')
  kept.delete('content-length')
  c.res = undefined
  c.res = new Response(null, { status, headers: kept })
}
