export { type ForwardAuthOptions, type ForwardRefusal, forwardAuthHandler } from './forward-auth-handler.ts'
export { forwardListenerOptions } from './forward-listener.ts'
export { type RecipeKind, recipe } from './recipe/recipe.ts'
export type { RecipePlace, RecipeSettings } from './recipe/recipe-settings.ts'
