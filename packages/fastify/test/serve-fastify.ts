import type { ResourceOptions } from '@aauth-guard/core'
import { type Served, serve } from '@aauth-guard/fixtures/served'
import type { World } from '@aauth-guard/fixtures/world'
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { onTestFinished } from 'vitest'

/** A Fastify app on a loopback socket, in a world with one agent, until the test is over. */
export async function serveFastify(
  build: (app: FastifyInstance, world: World) => unknown,
  options: Partial<ResourceOptions> = {},
  settings: FastifyServerOptions = {},
): Promise<Served & { readonly app: FastifyInstance }> {
  const app = fastify(settings)
  onTestFinished(() => app.close())
  let built: unknown
  const served = await serve((world) => {
    built = build(app, world)
    return (request, response) => app.routing(request, response)
  }, options)
  await built
  await app.ready()
  return { ...served, app }
}
