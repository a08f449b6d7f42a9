export { type Environment, resourceFromEnv } from './resource-from-env.ts'
