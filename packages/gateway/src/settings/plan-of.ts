import { validateRequirement } from '@aauth-guard/core/adapter'
import { compileRoutes } from '../routes/compile-routes.ts'
import type { Configuration } from './configuration.ts'
import type { Plan } from './plan.ts'
import type { ProcessState } from './process-state.ts'

/**
 * What a configuration says, ready for use: its routes are compiled, and the resource has checked what each of them
 * requires. Nothing else changes: the plan is not in force yet.
 *
 * @throws {ConfigurationError} naming the line, the value and the remedy
 */
export function planOf(configuration: Configuration, process: ProcessState): Plan {
  const { routes, limits } = configuration
  let table: Plan['table']
  try {
    table = compileRoutes(routes)
  } catch (error) {
    throw faultOf(configuration, error, {})
  }
  const resource = process.resourceOf(configuration)
  for (const route of routes)
    try {
      validateRequirement(resource, route.requirement)
    } catch (error) {
      process.discard(resource)
      throw faultOf(configuration, error, { route })
    }
  return Object.freeze({ resource, table, limits })
}

/** The line of the route that the message names, for mistakes that are found with all routes at hand. */
function faultOf(
  configuration: Configuration,
  error: unknown,
  where: Parameters<Configuration['fault']>[0],
): unknown {
  if (!(error instanceof TypeError)) return error
  const { message } = error
  if (where.route !== undefined) {
    const [, option] = /^"(\w+)/.exec(message) ?? []
    const route = `the route ${JSON.stringify(where.route.name)}: `
    return configuration.fault(option === undefined ? where : { ...where, option }, route + message)
  }
  const named = configuration.routes.filter(({ name }) => message.includes(JSON.stringify(name)))
  // Of two that do not go together, the later one is the one that was added.
  const route = named.at(-1)
  return configuration.fault(route === undefined ? { option: 'routes' } : { route }, message)
}
