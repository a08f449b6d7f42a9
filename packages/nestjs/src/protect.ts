import type { PersonNeed, Requirement, TokenKind } from '@aauth-guard/core'
import { applyDecorators, UseGuards } from '@nestjs/common'
import { AAuthGuard } from './aauth-guard.ts'
import type { GuardOptions } from './guard-options.ts'
import { defineRule, hasRule, type RouteRule } from './route-rule.ts'

/**
 * Guards a route, or all routes of a controller: {@link AAuthGuard} verifies each request and checks it against
 * `requirement`. On a method it replaces what the class has as a whole; nothing is merged. It needs `AAuthModule.forRoot`.
 *
 * @param requirement default `{}`: any auth token
 * @param options replace those of `AAuthModule.forRoot` for these routes
 * @throws {TypeError} at once if the class or method has `@Protect` or `@Unprotected` already; at start-up if `requirement`
 * or `options` are malformed
 * @example
 * ```ts
 * import { type AuthFor, personKey } from '@aauth-guard/core'
 * import { Auth, Protect } from '@aauth-guard/nestjs'
 * import { Controller, Get } from '@nestjs/common'
 *
 * @Controller('notes')
 * @Protect({ scope: 'notes.read', person: 'required' })
 * export class NotesController {
 *   @Get()
 *   list(@Auth('auth-token', { person: 'required' }) auth: AuthFor<'auth-token', 'required'>) {
 *     return { person: personKey(auth) }
 *   }
 * }
 * ```
 */
export function Protect<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(
  requirement: Requirement<Accept, boolean, Person> = {},
  options: GuardOptions = {},
): ClassDecorator & MethodDecorator {
  return applyDecorators(
    once({ requirement: requirement as RouteRule['requirement'], options }),
    UseGuards(AAuthGuard),
  )
}

/**
 * Leaves a route, or the routes of a controller, without a guard, where the application is guarded as a whole. On a
 * method it replaces `@Protect` of the class, and `@Protect` on a method replaces it.
 *
 * @throws {TypeError} at once if the class or method has `@Protect` or `@Unprotected` already
 * @example
 * ```ts
 * import { Unprotected } from '@aauth-guard/nestjs'
 * import { Controller, Get } from '@nestjs/common'
 *
 * @Controller('about')
 * export class AboutController {
 *   @Get()
 *   @Unprotected()
 *   tell() {
 *     return { notes: 'of people, kept for their agents' }
 *   }
 * }
 * ```
 */
export function Unprotected(): ClassDecorator & MethodDecorator {
  return once(false)
}

/** The last of two decorators would win in silence. */
function once(rule: RouteRule | false): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const decorated = (descriptor?.value ?? target) as { readonly name: string }
    if (hasRule(decorated))
      throw new TypeError(
        `"${decorated.name}" has more than one @Protect or @Unprotected: keep the one that holds`,
      )
    defineRule(rule, decorated)
    // By its name as well, since a decorator above may put another function in its place.
    if (key !== undefined) defineRule(rule, target, key)
  }
}
