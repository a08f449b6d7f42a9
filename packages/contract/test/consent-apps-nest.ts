import 'reflect-metadata'
import type { RequestListener } from 'node:http'
import type { AuthFor, Resource } from '@aauth-guard/core'
import { AAuthModule, Auth, Protect } from '@aauth-guard/nestjs'
import { Controller, Get, type INestApplication } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { notesAccess } from '../../../examples/consent/access.ts'
import { nodeListener } from '../../../examples/consent/pages/node-listener.ts'
import type { Pages } from '../../../examples/consent/pages/pages.ts'
import { notesText } from './consent-notes.ts'
import { once } from './nest-listener.ts'

export function nestOnExpress(resource: Resource, pages: Pages): RequestListener {
  return once(async () => {
    const app = await create(resource, pages, new ExpressAdapter())
    await app.init()
    return app.getHttpAdapter().getInstance()
  })
}

export function nestOnFastify(resource: Resource, pages: Pages): RequestListener {
  return once(async () => {
    const app = await create<NestFastifyApplication>(resource, pages, new FastifyAdapter())
    await app.init()
    const fastify = app.getHttpAdapter().getInstance()
    await fastify.ready()
    return (request, response) => fastify.routing(request, response)
  })
}

async function create<App extends INestApplication>(
  resource: Resource,
  pages: Pages,
  adapter: AbstractHttpAdapter,
): Promise<App> {
  @Controller('notes')
  class NotesController {
    @Get()
    @Protect(notesAccess(resource).read)
    list(@Auth('agent-token') auth: AuthFor<'agent-token'>): string {
      return notesText(auth)
    }
  }
  class AppModule {}
  const root = {
    module: AppModule,
    imports: [AAuthModule.forRoot(resource, { requirement: { accept: 'agent-token' } })],
    controllers: [NotesController],
  }
  const app = await NestFactory.create<App>(root, adapter, { logger: false, abortOnError: false })
  // Before the application starts, so that it stands before the parsers.
  app.use('/agents', nodeListener(pages))
  return app
}
