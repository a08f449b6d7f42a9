import { caddyRecipe } from './caddy.ts'
import { nginxRecipe } from './nginx.ts'
import { type RecipeFacts, type RecipePlace, type RecipeSettings, recipeFacts } from './recipe-settings.ts'
import { traefikRecipe } from './traefik.ts'

/** A proxy that a recipe can be printed for. */
export type RecipeKind = 'nginx' | 'caddy' | 'traefik'

const recipes: Readonly<Record<RecipeKind, (facts: RecipeFacts, place: RecipePlace) => string>> =
  Object.freeze({ nginx: nginxRecipe, caddy: caddyRecipe, traefik: traefikRecipe })

/**
 * Prints the configuration of a proxy that asks the gateway about every request: a server of nginx, a site of Caddy, or a
 * file of dynamic configuration for Traefik. The recipe guards the whole server.
 *
 * @throws {TypeError} for what forward auth cannot do: a route that changes the target
 */
export function recipe(kind: RecipeKind, settings: RecipeSettings, place: RecipePlace = {}): string {
  return recipes[kind](recipeFacts(settings), place)
}
