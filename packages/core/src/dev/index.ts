export { type DevOptions, type DevResourceOptions, devOptions } from './dev-options.ts'
export { allowDevServers, type DevWorld, devWorldAt, isLoopback } from './dev-world.ts'
