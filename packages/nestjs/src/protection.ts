import type { IncomingMessage } from 'node:http'
import type { AnyRequirement, Resource } from '@aauth-guard/core'
import {
  bindContent,
  passesPreflight,
  validateGuardOptions,
  validateRequirement,
} from '@aauth-guard/core/adapter'
import { guardMessage, removeMissionHeader, sendNoContent, signedRequest } from '@aauth-guard/core/node'
import { type ExecutionContext, NotFoundException, RequestMethod } from '@nestjs/common'
import { METHOD_METADATA } from '@nestjs/common/internal'
import { slot } from './get-auth.ts'
import type { GuardOptions } from './guard-options.ts'
import { messageOf, rawResponseOf, requestIn, responseIn } from './http-context.ts'
import { keptContentOf } from './kept-content.ts'
import type { AAuthModuleSettings } from './module-options.ts'
import { type Controller, type RouteRule, routeRuleOf } from './route-rule.ts'

/** What a route requires, with its defaults. */
export interface GuardedRoute {
  readonly requirement: AnyRequirement
  readonly maxContent: number
  readonly passErrors: boolean
}

const guardOptions = ['maxContent', 'passErrors'] as const

/** How one application is protected: its resource, and what its routes require. Provided by `AAuthModule`. */
export class Protection {
  readonly resource: Resource
  readonly isGlobal: boolean
  readonly #options: GuardOptions
  readonly #fallback: GuardedRoute
  readonly #routes = new Map<RouteRule, GuardedRoute>()
  readonly #decided = new WeakMap<IncomingMessage, GuardedRoute>()

  /** @throws {TypeError} if an option is not known or of a wrong type, or the requirement is malformed */
  constructor(settings: AAuthModuleSettings) {
    const { resource, requirement = {}, global = true, ...options } = settings
    if (typeof global !== 'boolean')
      throw new TypeError(`"global" is ${String(global)}: write true to guard every route, or false`)
    this.resource = resource
    this.isGlobal = global
    this.#options = options
    this.#fallback = this.#compile(requirement as AnyRequirement, options)
  }

  /** The largest content that any route compares. */
  get maxContent(): number {
    return Math.max(this.#fallback.maxContent, ...[...this.#routes.values()].map((route) => route.maxContent))
  }

  /**
   * What a route requires; `false` if it is not guarded.
   * @throws {TypeError} if its requirement or its options are malformed
   */
  routeOf(handler: object, controller: Controller): GuardedRoute | false {
    const rule = routeRuleOf(handler, controller)
    if (rule === false) return false
    if (rule === undefined) return this.#fallback
    const known = this.#routes.get(rule)
    if (known !== undefined) return known
    const route = this.#compile(rule.requirement, { ...this.#options, ...rule.options })
    this.#routes.set(rule, route)
    return route
  }

  /**
   * Decides a request once for a route, however many guards ask.
   * @throws {AAuthError} for every refusal (the promise rejects)
   */
  async enforce(route: GuardedRoute, context: ExecutionContext): Promise<void> {
    const message = messageOf(requestIn(context))
    if (this.#decided.get(message) === route) return
    const { resource } = this
    const { requirement, maxContent, passErrors } = route
    const request = signedRequest(message)
    const response = responseIn(context)
    if (passesPreflight(resource, request)) {
      removeMissionHeader(message)
      sendNoContent(rawResponseOf(response))
      // Other handlers expect a caller, and would do for nobody what they do.
      if (Reflect.getMetadata(METHOD_METADATA, context.getHandler()) === RequestMethod.OPTIONS) return
      throw new NotFoundException()
    }
    const guarded = { message, response: rawResponseOf(response), request }
    const kept = keptContentOf(message)
    const compare = async (): Promise<void> => {
      const auth = slot.peek(message)
      if (kept !== undefined && auth !== undefined)
        await bindContent(auth, () => kept.read(maxContent), slot.remedy)
    }
    const parse = kept === undefined ? undefined : compare
    try {
      await guardMessage(guarded, { resource, requirement, slot, maxContent, parse })
    } catch (error) {
      if (passErrors) removeMissionHeader(message)
      throw error
    }
    this.#decided.set(message, route)
  }

  #compile(requirement: AnyRequirement, options: GuardOptions): GuardedRoute {
    validateRequirement(this.resource, requirement)
    const { maxContent, passErrors } = validateGuardOptions(options, guardOptions)
    return { requirement, maxContent, passErrors }
  }
}
