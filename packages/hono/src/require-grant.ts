import { answer, type Caller, isAAuthError } from '@aauth-guard/core'
import { validateGuardOptions } from '@aauth-guard/core/adapter'
import {
  assertGrant,
  checkGrantOptions,
  type GrantOptions,
  type MissionGrant,
} from '@aauth-guard/core/missions'
import type { Context, MiddlewareHandler } from 'hono'
import type { GuardOptions } from './protect.ts'
import { respond } from './respond.ts'

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
 * import { protect, requireGrant } from '@aauth-guard/hono'
 * import { Hono } from 'hono'
 *
 * const resource = createResource({ issuer: 'https://runs.example', trust: 'any' })
 * const grants = new Map<string, MissionGrant>()
 * const app = new Hono()
 * app.post(
 *   '/runs/:id/steps',
 *   protect(resource, { mission: 'required' }),
 *   requireGrant((c) => grants.get(c.req.param('id') ?? '')),
 *   (c) => c.json({ resumed: true }),
 * )
 * ```
 */
export function requireGrant(
  load: (c: Context) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions & Pick<GuardOptions, 'passErrors'> = {},
): MiddlewareHandler {
  checkGrantOptions(options)
  const { passErrors } = validateGuardOptions(options, ['classPolicy', 'passErrors'])
  return async (c, next) => {
    if (!('aauth' in c.var))
      throw new TypeError('the request has no verified identity: put protect(resource) before requireGrant')
    const caller: Caller | undefined = c.get('aauth')
    try {
      await assertGrant(caller, () => load(c), options)
    } catch (error) {
      if (passErrors || !isAAuthError(error)) throw error
      return respond(c, await answer(error))
    }
    return next()
  }
}
