import 'reflect-metadata'
import type { RequestListener } from 'node:http'
import { createGunzip } from 'node:zlib'
import type { Resource } from '@aauth-guard/core'
import { AAuthModule } from '@aauth-guard/nestjs'
import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { tap } from 'rxjs'
import { plainText } from '../api.ts'
import type { Adapter } from './adapter.ts'
import { ApiController, MountedController, NowhereController } from './nestjs/api-controllers.ts'
import { BesideController } from './nestjs/beside-controller.ts'
import { ContentController } from './nestjs/content-controller.ts'
import { CorsController } from './nestjs/cors-controller.ts'
import { RoutesController } from './nestjs/routes-controller.ts'
import { resourceToken } from './nestjs/tell.ts'

export const nestAdapters: readonly Adapter[] = [
  { name: 'NestJS on Express', build: (resource) => listenerOf(buildOnExpress(resource)) },
  { name: 'NestJS on Fastify', build: (resource) => listenerOf(buildOnFastify(resource)) },
]

/** An application starts while the first request waits for it. */
function listenerOf(made: Promise<RequestListener>): RequestListener {
  return (request, response) => {
    made.then(
      (listen) => listen(request, response),
      (fault: Error) => response.destroy(fault),
    )
  }
}

async function buildOnExpress(resource: Resource): Promise<RequestListener> {
  const app = await create<NestExpressApplication>(resource, new ExpressAdapter())
  app.disable('x-powered-by')
  app.disable('etag')
  app.useBodyParser('text')
  app.useBodyParser('raw', { type: 'multipart/form-data' })
  await app.init()
  return app.getHttpAdapter().getInstance()
}

async function buildOnFastify(resource: Resource): Promise<RequestListener> {
  const app = await create<NestFastifyApplication>(resource, new FastifyAdapter())
  const fastify = app.getHttpAdapter().getInstance()
  fastify.addContentTypeParser('*', (_request, content, done) => done(null, content))
  // As `@fastify/compress` does it: the length of the content is that of what was sent.
  fastify.addHook('preParsing', ({ headers }, _reply, payload, done) => {
    if (headers['content-encoding'] !== 'gzip') return done(null, payload)
    const receivedEncodedLength = Number(headers['content-length'])
    done(null, Object.assign(payload.pipe(createGunzip()), { receivedEncodedLength }))
  })
  await app.init()
  await fastify.ready()
  return (request, response) => fastify.routing(request, response)
}

async function create<App extends INestApplication>(
  resource: Resource,
  adapter: AbstractHttpAdapter,
): Promise<App> {
  class AppModule {}
  const root: DynamicModule = {
    module: AppModule,
    imports: [AAuthModule.forRoot(resource)],
    controllers: [
      RoutesController,
      BesideController,
      ApiController,
      MountedController,
      ContentController,
      CorsController,
      NowhereController,
    ],
    providers: [{ provide: resourceToken, useValue: resource }],
  }
  const app = await NestFactory.create<App>(root, adapter, { logger: false, abortOnError: false })
  app.useGlobalInterceptors(new PlainText(adapter))
  app.useGlobalFilters(new TellError(adapter))
  return app
}

/** The content of every handler is text. */
class PlainText implements NestInterceptor {
  readonly #adapter: AbstractHttpAdapter

  constructor(adapter: AbstractHttpAdapter) {
    this.#adapter = adapter
  }

  intercept(context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    const response = context.switchToHttp().getResponse()
    return next.handle().pipe(
      tap((text) => {
        if (text !== undefined) this.#adapter.setHeader(response, 'content-type', plainText)
      }),
    )
  }
}

/** Answers whatever was thrown with its message, as many applications do. */
@Catch()
class TellError implements ExceptionFilter {
  readonly #adapter: AbstractHttpAdapter

  constructor(adapter: AbstractHttpAdapter) {
    this.#adapter = adapter
  }

  catch(error: Error & { status?: number; statusCode?: number }, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse()
    this.#adapter.setHeader(response, 'content-type', plainText)
    this.#adapter.reply(response, error.message, error.status ?? error.statusCode ?? 500)
  }
}
