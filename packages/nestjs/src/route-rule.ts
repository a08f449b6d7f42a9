import type { AnyRequirement } from '@aauth-guard/core'
import type { GuardOptions } from './guard-options.ts'

/** What `@Protect` says of the routes below it. */
export interface RouteRule {
  readonly requirement: AnyRequirement
  readonly options: GuardOptions
}

/** Where decorators keep a {@link RouteRule}, or `false` for routes that are not guarded. */
export const metadataKey = 'aauth-guard:route'

/** The rule of a route: that of the method, or else of the class; `undefined` if neither has one. */
export function routeRuleOf(handler: object, controller: object): RouteRule | false | undefined {
  for (const decorated of [handler, controller]) {
    const rule = Reflect.getMetadata(metadataKey, decorated) as RouteRule | false | undefined
    if (rule !== undefined) return rule
  }
  return undefined
}
