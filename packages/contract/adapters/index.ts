import type { Adapter } from './adapter.ts'
import { expressAdapters } from './express.ts'
import { fastifyAdapter } from './fastify.ts'
import { fetchAdapter } from './fetch.ts'
import { honoAdapter } from './hono.ts'
import { koaAdapters } from './koa.ts'
import { nextAdapter } from './nextjs.ts'

export const adapters: readonly Adapter[] = [
  ...expressAdapters,
  ...koaAdapters,
  fastifyAdapter,
  honoAdapter,
  fetchAdapter,
  nextAdapter,
]
