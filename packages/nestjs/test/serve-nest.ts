import type { RequestListener } from 'node:http'
import type { ResourceOptions } from '@aauth-guard/core'
import { type Served, serve } from '@aauth-guard/fixtures/served'
import type { World } from '@aauth-guard/fixtures/world'
import { AAuthModule, type AAuthModuleOptions } from '@aauth-guard/nestjs'
import type { DynamicModule, INestApplication, ModuleMetadata, NestApplicationOptions } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { onTestFinished } from 'vitest'

export const platforms = ['Express', 'Fastify'] as const
export type Platform = (typeof platforms)[number]

/** An application: what its root module has beside `AAuthModule`, and what `main.ts` does. */
export interface Setup extends ModuleMetadata {
  readonly options?: AAuthModuleOptions
  readonly settings?: NestApplicationOptions
  readonly adapter?: AbstractHttpAdapter
  /** Runs before the application is initialised. */
  readonly configure?: (app: INestApplication) => unknown
}

export type ServedNest = Served & { readonly app: INestApplication }

/** A Nest application on a loopback socket, in a world with one agent, until the test is over. */
export async function serveNest(
  platform: Platform,
  build: Setup | ((world: World) => Setup),
  resource: Partial<ResourceOptions> = {},
): Promise<ServedNest> {
  let listener: RequestListener | undefined
  let world: World | undefined
  const served = await serve((made) => {
    world = made
    return (request, response) => listener?.(request, response)
  }, resource)
  const app = await makeApp(platform, world as World, typeof build === 'function' ? build(served) : build)
  listener = await listenerOf(app)
  return { ...served, app }
}

export function adapterOf(platform: Platform): AbstractHttpAdapter {
  return platform === 'Express' ? new ExpressAdapter() : new FastifyAdapter()
}

/** A root module with what is given. */
export function rootOf(metadata: ModuleMetadata): DynamicModule {
  class AppModule {}
  return { module: AppModule, ...metadata }
}

async function makeApp(platform: Platform, world: World, setup: Setup): Promise<INestApplication> {
  const { options, settings, configure, adapter = adapterOf(platform), ...metadata } = setup
  const imports = [AAuthModule.forRoot(world.resource, options), ...(metadata.imports ?? [])]
  const app = await startNest(rootOf({ ...metadata, imports }), adapter, settings)
  await configure?.(app)
  return app.init()
}

/** Creates an application without its messages, until the test is over. */
export async function startNest(
  root: DynamicModule,
  adapter: AbstractHttpAdapter,
  settings: NestApplicationOptions = {},
): Promise<INestApplication> {
  const app = await NestFactory.create(root, adapter, { logger: false, abortOnError: false, ...settings })
  onTestFinished(() => app.close())
  return app
}

export async function listenerOf(app: Pick<INestApplication, 'getHttpAdapter'>): Promise<RequestListener> {
  const instance = app.getHttpAdapter().getInstance()
  if (app.getHttpAdapter().getType() === 'express') return instance
  await instance.ready()
  return (request, response) => instance.routing(request, response)
}
