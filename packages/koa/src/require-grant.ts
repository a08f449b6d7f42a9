import { answer, isAAuthError } from '@aauth-guard/core'
import { validateGuardOptions } from '@aauth-guard/core/adapter'
import {
  assertGrant,
  checkGrantOptions,
  type GrantOptions,
  type MissionGrant,
} from '@aauth-guard/core/missions'
import type { Context, Middleware } from 'koa'
import { slot } from './get-auth.ts'
import type { GuardOptions } from './protect.ts'
import { send } from './send.ts'

/**
 * Lets a caller resume state that another runtime of the same mission and class created, and refuses other callers. Put it
 * behind `protect`, and store the result of `missionGrant` with the state.
 *
 * With `passErrors` it throws refusals. Unless the `protect` in front has `passErrors` too, it answers them.
 *
 * @param load returns the grant for a request; `undefined` or `null` if there is none
 * @throws {TypeError} at once when an option is wrong
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import type { MissionGrant } from '@aauth-guard/core/missions'
 * import { protect, requireGrant } from '@aauth-guard/koa'
 * import Koa from 'koa'
 *
 * const resource = createResource({ issuer: 'https://runs.example', trust: 'any' })
 * const grants = new Map<string, MissionGrant>()
 * new Koa()
 *   .use(protect(resource, { mission: 'required' }))
 *   .use(requireGrant((ctx) => grants.get(ctx.path)))
 * ```
 */
export function requireGrant(
  load: (ctx: Context) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions & Pick<GuardOptions, 'passErrors'> = {},
): Middleware {
  checkGrantOptions(options)
  const { passErrors } = validateGuardOptions(options, ['classPolicy', 'passErrors'])
  return async (ctx, next) => {
    try {
      await assertGrant(slot.callerOf(ctx.req), () => load(ctx), options)
    } catch (error) {
      if (passErrors || !isAAuthError(error)) throw error
      return send(ctx, await answer(error))
    }
    return next()
  }
}
