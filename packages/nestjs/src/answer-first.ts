import { UseFilters } from '@nestjs/common'
import { PATH_METADATA } from '@nestjs/common/internal'
import { MetadataScanner, type ModulesContainer } from '@nestjs/core'
import { AAuthFilter } from './aauth-filter.ts'
import type { Protection } from './protection.ts'
import { type Controller, handlerOf } from './route-rule.ts'

const filter = new AAuthFilter()
const answered = new WeakSet<object>()

/**
 * Puts {@link AAuthFilter} in front of the exception filters of every route, since Nest asks the filter that was bound
 * last to a method first. A filter of the application that catches everything would answer a step-up with 500.
 *
 * It also finds mistakes in what routes require.
 *
 * @throws {TypeError} if the requirement or the options of a route are malformed
 */
export function answerFirst(modules: ModulesContainer, protection: Protection): void {
  const scanner = new MetadataScanner()
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      const controller = metatype as Controller | null
      if (controller?.prototype === undefined) continue
      for (const name of scanner.getAllMethodNames(controller.prototype))
        answerRoute(controller, name, protection)
    }
  }
}

function answerRoute(controller: Controller, name: string, protection: Protection): void {
  const handler = handlerOf(controller, name)
  if (!Reflect.hasMetadata(PATH_METADATA, handler)) return
  const { passErrors } = routeOf()
  if (passErrors || answered.has(handler)) return
  answered.add(handler)
  UseFilters(filter)(controller.prototype, name, { value: handler })

  function routeOf(): { readonly passErrors?: boolean } {
    try {
      return protection.routeOf(handler, controller) || {}
    } catch (error) {
      throw new TypeError(`${controller.name}.${name}: ${(error as Error).message}`, { cause: error })
    }
  }
}
