import { answer, isAAuthError } from '@aauth-guard/core'
import { validateGuardOptions } from '@aauth-guard/core/adapter'
import {
  assertGrant,
  checkGrantOptions,
  type GrantOptions,
  type MissionGrant,
} from '@aauth-guard/core/missions'
import type { Request } from 'express'
import { slot } from './get-auth.ts'
import type { GuardOptions, ProtectHandler } from './protect.ts'
import { send } from './send.ts'

/**
 * Lets a caller resume state that another runtime of the same mission and class created, and refuses other callers. Put it
 * behind `protect`, and store the result of `missionGrant` with the state.
 *
 * @param load returns the grant for a request; `undefined` or `null` if there is none
 * @throws {TypeError} at once when an option is wrong
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import type { MissionGrant } from '@aauth-guard/core/missions'
 * import { protect, requireGrant } from '@aauth-guard/express'
 * import express from 'express'
 *
 * const resource = createResource({ issuer: 'https://runs.example', trust: 'any' })
 * const grants = new Map<string, MissionGrant>()
 * const app = express()
 * app.post(
 *   '/runs/:id/steps',
 *   protect(resource, { mission: 'required' }),
 *   requireGrant((req) => grants.get(String(req.params.id))),
 *   (_req, res) => {
 *     res.json({ resumed: true })
 *   },
 * )
 * ```
 */
export function requireGrant(
  load: (req: Request) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions & Pick<GuardOptions, 'passErrors'> = {},
): ProtectHandler {
  checkGrantOptions(options)
  const { passErrors } = validateGuardOptions(options, ['classPolicy', 'passErrors'])
  return (req, res, next) => {
    Promise.resolve()
      .then(() => assertGrant(slot.callerOf(req), () => load(req as unknown as Request), options))
      .then(
        () => next(),
        async (error: unknown) => {
          if (isAAuthError(error) && !passErrors) send(res, await answer(error))
          else next(error)
        },
      )
      .catch(next)
  }
}
