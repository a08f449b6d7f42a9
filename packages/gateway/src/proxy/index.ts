export { createProxy, type ProxyConnections, type ProxyOptions, type ReverseProxy } from './create-proxy.ts'
export type { ProxyEvent } from './proxy-state.ts'
