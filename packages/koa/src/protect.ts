import {
  type AlternativeCredential,
  type AnyRequirement,
  type Authorized,
  answer,
  isAAuthError,
  type PersonNeed,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import { type ContentOptions, validateGuardOptions, validateRequirement } from '@aauth-guard/core/adapter'
import { guardMessage, passPreflight, removeMissionHeader } from '@aauth-guard/core/node'
import type { Middleware } from 'koa'
import { slot } from './get-auth.ts'
import { requestOf } from './request-of.ts'
import { send } from './send.ts'

/** How {@link protect} treats refusals and content. */
export interface GuardOptions extends ContentOptions {
  /** Throws refusals, for outer error middleware, instead of answering them. */
  readonly passErrors?: boolean
}

/**
 * Guards everything behind it: verifies the request and checks it against `requirement`, puts the identity on
 * `ctx.state.aauth`, and answers every refusal itself with the headers that agents depend on.
 *
 * Handlers behind the guard do not see `AAuth-Mission`, which the agent only asserts.
 *
 * The signature is verified over the target that the client sent, wherever koa-mount or a router put the guard. Content
 * is read only where the signature covers `content-digest`, up to `maxContent` and once the caller is verified;
 * parsers behind the guard find it unread. Answers get `Cache-Control: private` and `Vary` unless the handler sets them.
 *
 * @throws {TypeError} at once if `requirement` or `options` are malformed
 * @example
 * ```ts
 * import { createResource, personKey } from '@aauth-guard/core'
 * import { protect } from '@aauth-guard/koa'
 * import Router from '@koa/router'
 * import Koa from 'koa'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const router = new Router()
 * router.get('/notes', protect(resource), (ctx) => {
 *   ctx.body = { person: personKey(ctx.state.aauth) }
 * })
 * new Koa().use(router.routes())
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
): Middleware<{ aauth: Authorized<Accept, Optional, Person, Alternative> }> {
  validateRequirement(resource, requirement)
  const { passErrors, maxContent } = validateGuardOptions(options, ['passErrors', 'maxContent'])
  const guard = { resource, requirement: requirement as AnyRequirement, slot, maxContent }
  return async (ctx, next) => {
    const guarded = { message: ctx.req, response: ctx.res, request: requestOf(ctx) }
    if (passPreflight(resource, guarded)) return next()
    try {
      const passed = guardMessage(guarded, guard)
      const { caller } = passed instanceof Promise ? await passed : passed
      // A guard in front may have taken another credential, which this one does not.
      if (caller === undefined) Reflect.deleteProperty(ctx.state, 'aauth')
      else slot.show(ctx.state, 'aauth', caller, true)
    } catch (error) {
      if (!passErrors) return send(ctx, await answer(error))
      removeMissionHeader(ctx.req)
      throw error
    }
    try {
      return await next()
    } catch (error) {
      // A handler behind the guard may refuse as well, such as with stepUp.
      if (passErrors || ctx.headerSent || !isAAuthError(error)) throw error
      return send(ctx, await answer(error))
    }
  }
}
