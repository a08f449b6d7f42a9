import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import type { ServedRoute } from '../managed/served-routes.ts'
import { expressApp } from './express.ts'
import { fastifyApp } from './fastify.ts'
import { fetchApp } from './fetch.ts'
import { honoApp } from './hono.ts'
import { koaApp } from './koa.ts'

/** Every route answers any method with 200 and what the guard found; `adapter` of the configuration says on what. */
export const adapters = {
  express: expressApp,
  koa: koaApp,
  fastify: fastifyApp,
  hono: honoApp,
  fetch: fetchApp,
} satisfies Record<string, (resource: Resource, routes: readonly ServedRoute[]) => RequestListener>
