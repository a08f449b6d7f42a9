import type { Adapter, ServerAdapter } from './adapter.ts'
import { expressAdapters } from './express.ts'
import { fastifyAdapter } from './fastify.ts'
import { fetchAdapter } from './fetch.ts'
import { gatewayAdapter } from './gateway.ts'
import { honoAdapter } from './hono.ts'
import { koaAdapters } from './koa.ts'
import { nestAdapters } from './nestjs.ts'
import { nextAdapter } from './nextjs.ts'

export const adapters: readonly Adapter[] = [
  ...expressAdapters,
  ...koaAdapters,
  fastifyAdapter,
  ...nestAdapters,
  honoAdapter,
  fetchAdapter,
  nextAdapter,
]

export const serverAdapters: readonly ServerAdapter[] = [gatewayAdapter]
