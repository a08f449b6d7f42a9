export {
  type ForwardAuthOptions,
  forwardAuthHandler,
  forwardListenerOptions,
  type RecipeKind,
  type RecipePlace,
  type RecipeSettings,
  recipe,
} from './forward/index.ts'
export * from './proxy/index.ts'
export { compileRoutes } from './routes/compile-routes.ts'
export type { DigestCheck, Route, Upstream, UpstreamOrigin } from './routes/route.ts'
export type { Found, RouteTable } from './routes/route-table.ts'
export type { Plan } from './settings/plan.ts'
export { defaultProxyLimits, type ProxyLimits } from './settings/proxy-limits.ts'
