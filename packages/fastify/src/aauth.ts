import { type Auth, isAAuthError, type Requirement, type Resource, type TokenKind } from '@aauth-guard/core'
import { validateGuardOptions } from '@aauth-guard/core/adapter'
import type { FastifyContextConfig, FastifyPluginAsync } from 'fastify'
import { answerRefusals } from './answer-refusals.ts'
import type { GuardHook } from './hook.ts'
import { type GuardOptions, protect } from './protect.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling, verified by a guard. Use `getAuth` to read it with its type. */
    readonly aauth?: Auth
  }
  interface FastifyContextConfig {
    /** What the plugin `aauth` requires on this route; with `false` the route is not guarded. */
    aauth?: Requirement<TokenKind> | false
  }
}

/**
 * A plugin that guards the routes of the instance it is registered on: those whose `config` says what they require, as
 * `protect` would in `onRequest`. It also answers what their handlers refuse, such as with `stepUp`.
 *
 * Await its registration before the routes. Then a requirement that is not well-formed is refused when its route is
 * added. A route that was added before is guarded, too, but the requirement is checked at the first request, and
 * refusals of its handler go to the error handler.
 *
 * @param fallback what routes require that say nothing, so that no slip leaves one open; left out, they are left alone.
 * The requirement of a route takes its place as a whole. Paths without a route are left alone.
 * @throws {TypeError} at once if `fallback` or `options` are malformed
 * @example
 * ```ts
 * import { createResource, personKey } from '@aauth-guard/core'
 * import { aauth, getAuth, wellKnown } from '@aauth-guard/fastify'
 * import fastify from 'fastify'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const app = fastify()
 * app.addHook('onRequest', wellKnown(resource))
 * await app.register(aauth(resource))
 * app.get('/notes/:id', { config: { aauth: { person: 'required' } } }, (request) => ({
 *   person: personKey(getAuth(request, 'auth-token', { person: 'required' })),
 * }))
 * ```
 */
export function aauth(
  resource: Resource,
  fallback?: Requirement<TokenKind>,
  options: GuardOptions = {},
): FastifyPluginAsync {
  const { passErrors } = validateGuardOptions(options, ['passErrors', 'maxContent'])
  const guards = new Map<unknown, GuardHook>()
  if (fallback !== undefined) guards.set(fallback, protect(resource, fallback, options))
  const guardOf = (
    config: FastifyContextConfig,
    otherwise: Requirement<TokenKind> | undefined,
  ): GuardHook | undefined => {
    // `undefined` is a mistake, unlike a route without the option.
    const requirement = Object.hasOwn(config, 'aauth') ? (config.aauth ?? null) : otherwise
    if (requirement === undefined || requirement === false) return undefined
    const guard = guards.get(requirement) ?? protect(resource, requirement as Requirement<TokenKind>, options)
    guards.set(requirement, guard)
    return guard
  }
  const aauthGuard: FastifyPluginAsync = async (app) => {
    app.decorateRequest('aauth')
    app.addHook('onRoute', (route) => {
      const { config = {}, errorHandler } = route
      if (guardOf(config, fallback) === undefined || passErrors) return
      route.errorHandler = function (error, request, reply) {
        if (isAAuthError(error) || errorHandler === undefined) return answerRefusals(error, request, reply)
        return errorHandler.call(this, error, request, reply)
      }
    })
    app.addHook('onRequest', (request, reply, done) => {
      const { routeOptions, is404 } = request
      const guard = guardOf(routeOptions.config, is404 ? undefined : fallback)
      if (guard === undefined) done()
      else guard(request, reply, done)
    })
  }
  // As fastify-plugin does it: the instance that registers the plugin gets its hooks, not a child of it.
  return Object.assign(aauthGuard, { [Symbol.for('skip-override')]: true })
}
