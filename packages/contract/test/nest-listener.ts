import 'reflect-metadata'
import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { AAuthModule } from '@aauth-guard/nestjs'
import type { DynamicModule, INestApplication, Type } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'

/** The two platforms of NestJS, each with the body parsers that it brings. */
export const nestPlatforms: Readonly<
  Record<string, (resource: Resource, controller: Type<unknown>) => RequestListener>
> = {
  'NestJS on Express': (resource, controller) =>
    once(async () => {
      const app = await create(resource, controller, new ExpressAdapter())
      await app.init()
      return app.getHttpAdapter().getInstance()
    }),
  'NestJS on Fastify': (resource, controller) =>
    once(async () => {
      const app = await create<NestFastifyApplication>(resource, controller, new FastifyAdapter())
      await app.init()
      const fastify = app.getHttpAdapter().getInstance()
      await fastify.ready()
      return (request, response) => fastify.routing(request, response)
    }),
}

function create<App extends INestApplication>(
  resource: Resource,
  controller: Type<unknown>,
  adapter: AbstractHttpAdapter,
): Promise<App> {
  class AppModule {}
  const root: DynamicModule = {
    module: AppModule,
    imports: [AAuthModule.forRoot(resource)],
    controllers: [controller],
  }
  return NestFactory.create<App>(root, adapter, { logger: false, abortOnError: false })
}

/** An application starts while the first request waits for it. */
export function once(make: () => Promise<RequestListener>): RequestListener {
  const made = make()
  return (request, response) => {
    made.then(
      (listen) => listen(request, response),
      (fault: Error) => response.destroy(fault),
    )
  }
}
