import type { AnyRequirement } from '@aauth-guard/core'
import type { GuardOptions } from './guard-options.ts'

/** What `@Protect` says of the routes below it. */
export interface RouteRule {
  readonly requirement: AnyRequirement
  readonly options: GuardOptions
}

/** Where decorators keep a {@link RouteRule}, or `false` for routes that are not guarded. */
const metadataKey = 'aauth-guard:route'

/** What decorates a method, or the class if there is no key. */
export function defineRule(rule: RouteRule | false, target: object, key?: string | symbol): void {
  Reflect.defineMetadata(metadataKey, rule, target, key as string)
}

/** Whether a class or a method has a rule of its own. */
export function hasRule(target: object): boolean {
  return Reflect.hasOwnMetadata(metadataKey, target)
}

/**
 * The rule of a route: that of the method, or else of the class; `undefined` if neither has one.
 *
 * @throws {TypeError} if the handler has no rule and is not a method of the class, so that the rule of the method it stands
 * for cannot be known
 */
export function routeRuleOf(handler: object, controller: Controller): RouteRule | false | undefined {
  const rule = ruleOf(handler)
  if (rule !== undefined) return rule
  if (!isMethod(handler, controller))
    throw new TypeError(
      `a handler of ${controller.name} is not a method of its class, so @Protect of the method is not found: do not bind or wrap methods of controllers in instances`,
    )
  return ruleOf(controller)
}

/** A class of handlers. */
export interface Controller {
  readonly name: string
  readonly prototype: object
}

/**
 * The handler of a controller by its name.
 * @throws {TypeError} if a decorator put another function in the place of the one that `@Protect` decorated
 */
export function handlerOf(controller: Controller, name: string): object {
  let owner = controller.prototype
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner)
  const handler = (owner as Record<string, object>)[name] as object
  const rule = Reflect.getOwnMetadata(metadataKey, owner, name)
  if (rule !== undefined && ruleOf(handler) !== rule)
    throw new TypeError(
      `${controller.name}.${name}: a decorator replaced the method after @Protect or @Unprotected: write them above it`,
    )
  return handler
}

function ruleOf(decorated: object): RouteRule | false | undefined {
  return Reflect.getMetadata(metadataKey, decorated)
}

const methods = new WeakMap<object, WeakSet<object>>()

function isMethod(handler: object, { prototype }: Controller): boolean {
  const known = methods.get(prototype) ?? new WeakSet()
  methods.set(prototype, known)
  if (known.has(handler)) return true
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner))
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(owner)))
      if (value === handler) {
        known.add(handler)
        return true
      }
  return false
}
