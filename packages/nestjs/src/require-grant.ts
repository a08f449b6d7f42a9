import {
  assertGrant,
  checkGrantOptions,
  type GrantOptions,
  type MissionGrant,
} from '@aauth-guard/core/missions'
import type { CanActivate, ExecutionContext } from '@nestjs/common'
import { slot } from './get-auth.ts'
import { messageOf, requestIn } from './http-context.ts'

/**
 * A guard that lets a caller resume state which another runtime of the same mission and class created, and refuses other
 * callers. It runs behind {@link AAuthGuard}: with `global: false`, write it above `@Protect`. Store the result of
 * `missionGrant` with the state.
 *
 * @param load returns the grant for a request; `undefined` or `null` if there is none
 * @throws {TypeError} at once when an option is wrong
 * @example
 * ```ts
 * import type { MissionGrant } from '@aauth-guard/core/missions'
 * import { Protect, requireGrant } from '@aauth-guard/nestjs'
 * import { Controller, Post, UseGuards } from '@nestjs/common'
 *
 * const grants = new Map<string, MissionGrant>()
 *
 * @Controller('runs')
 * export class RunsController {
 *   @Post(':id/steps')
 *   @UseGuards(requireGrant((context) => grants.get(context.switchToHttp().getRequest().params.id)))
 *   @Protect({ mission: 'required' })
 *   resume() {
 *     return { resumed: true }
 *   }
 * }
 * ```
 */
export function requireGrant(
  load: (
    context: ExecutionContext,
  ) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions = {},
): CanActivate {
  checkGrantOptions(options)
  return {
    async canActivate(context) {
      await assertGrant(slot.callerOf(messageOf(requestIn(context))), () => load(context), options)
      return true
    },
  }
}
