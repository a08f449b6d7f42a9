import type { IncomingMessage } from 'node:http'
import { answer, isAAuthError } from '@aauth-guard/core'
import { validateGuardOptions } from '@aauth-guard/core/adapter'
import {
  assertGrant,
  checkGrantOptions,
  type GrantOptions,
  type MissionGrant,
} from '@aauth-guard/core/missions'
import type { FastifyRequest } from 'fastify'
import { slot } from './get-auth.ts'
import { type GuardHook, hookOf } from './hook.ts'
import type { GuardOptions } from './protect.ts'

/**
 * Lets a caller resume state that another runtime of the same mission and class created, and refuses other callers. Run it
 * after the guard, such as in `preHandler`, and store the result of `missionGrant` with the state.
 *
 * @param load returns the grant for a request; `undefined` or `null` if there is none
 * @throws {TypeError} at once when an option is wrong
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import type { MissionGrant } from '@aauth-guard/core/missions'
 * import { protect, requireGrant } from '@aauth-guard/fastify'
 * import fastify from 'fastify'
 *
 * const resource = createResource({ issuer: 'https://runs.example', trust: 'any' })
 * const grants = new Map<string, MissionGrant>()
 * fastify().post(
 *   '/runs/:id/steps',
 *   {
 *     onRequest: protect(resource, { mission: 'required' }),
 *     preHandler: requireGrant(({ url }) => grants.get(url)),
 *   },
 *   () => ({ resumed: true }),
 * )
 * ```
 */
export function requireGrant(
  load: (
    request: FastifyRequest,
  ) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions & Pick<GuardOptions, 'passErrors'> = {},
): GuardHook {
  checkGrantOptions(options)
  const { passErrors } = validateGuardOptions(options, ['classPolicy', 'passErrors'])
  return hookOf(async (request) => {
    try {
      const caller = slot.callerOf(request.raw as IncomingMessage)
      await assertGrant(caller, () => load(request as FastifyRequest), options)
    } catch (error) {
      if (passErrors || !isAAuthError(error)) throw error
      return answer(error)
    }
    return undefined
  })
}
