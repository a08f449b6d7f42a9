import {
  type Authorized,
  answer,
  authorize,
  bindContent,
  checkRequirement,
  isAAuthError,
  passesPreflight,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import { bufferContent, dropMission, keepPrivate, sendNoContent } from '@aauth-guard/core/node'
import type { Context, Middleware } from 'koa'
import { fillSlot } from './get-auth.ts'
import { requestOf } from './request-of.ts'
import { send } from './send.ts'

/** How {@link protect} treats a refusal. */
export interface GuardOptions {
  /** Throw refusals, for error middleware further out, instead of answering. */
  readonly passErrors?: boolean
}

const maxContent = 1_048_576

/**
 * Guards everything behind it: verifies the request and checks it against `requirement`, puts the identity on
 * `ctx.state.aauth`, and answers every refusal itself with the headers that agents depend on.
 *
 * `AAuth-Mission`, which only asserts, is gone from the request behind it.
 *
 * The signature is checked over the target the client sent, wherever koa-mount or a router put the guard. Content
 * is read only where the signature covers `content-digest`, up to 1 MiB and once the caller is verified; parsers
 * behind the guard find it unread. Answers get `Cache-Control: private` and `Vary` unless the handler sets them.
 *
 * @throws {TypeError} at once when `requirement` is not well-formed
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { protect } from '@aauth-guard/koa'
 * import Router from '@koa/router'
 * import Koa from 'koa'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const router = new Router()
 * router.get('/notes', protect(resource), (ctx) => {
 *   ctx.body = { sub: ctx.state.aauth.sub }
 * })
 * new Koa().use(router.routes())
 * ```
 */
export function protect<Accept extends TokenKind = 'auth-token', Optional extends boolean = false>(
  resource: Resource,
  requirement: Requirement<Accept, Optional> = {},
  options: GuardOptions = {},
): Middleware<{ aauth: Authorized<Accept, Optional> }> {
  checkRequirement(resource, requirement)
  return async (ctx, next) => {
    const request = requestOf(ctx)
    if (passesPreflight(resource, request)) {
      dropMission(ctx.req)
      sendNoContent(ctx.res)
      return next()
    }
    try {
      const auth = await authorize(resource, request, requirement)
      if (auth !== undefined) await bindContent(auth, () => readContent(ctx))
      fillSlot(ctx, auth)
    } catch (error) {
      if (!options.passErrors) return send(ctx, answer(error))
      dropMission(ctx.req)
      throw error
    }
    dropMission(ctx.req)
    keepPrivate(ctx.res)
    try {
      return await next()
    } catch (error) {
      // A handler behind the guard may refuse as well, such as with stepUp.
      if (options.passErrors || ctx.headerSent || !isAAuthError(error)) throw error
      return send(ctx, answer(error))
    }
  }
}

/** Content that a parser has taken before cannot be checked; reading the identity says so. */
function readContent({ req }: Pick<Context, 'req'>): Promise<Uint8Array | undefined> {
  return bufferContent(req, maxContent)
}
