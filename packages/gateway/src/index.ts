export { type GatewayCommand, runGateway } from './command/run-gateway.ts'
export { type Gateway, type GatewayOptions, startGateway } from './command/start-gateway.ts'
export { createExtAuthz, type ExtAuthz, type ExtAuthzOptions } from './envoy/index.ts'
export {
  type ForwardAuthOptions,
  type ForwardRefusal,
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
export type {
  Configuration,
  ListenAddress,
  MissionsSetting,
  StoresSetting,
} from './settings/configuration.ts'
export { ConfigurationError } from './settings/configuration-error.ts'
export type { Plan } from './settings/plan.ts'
export { defaultProxyLimits, type ProxyLimits } from './settings/proxy-limits.ts'
export { readConfiguration } from './settings/read-configuration.ts'
export { configurationSchema } from './settings/schema.ts'
export type { Environment } from './settings/secret.ts'
