/**
 * An API that keeps people's notes. Decorators must be compiled:
 * `npx esbuild examples/nestjs/app.ts --outfile=examples/nestjs/dist/app.js`, then `node examples/nestjs/dist/app.js`
 * and `curl -i http://127.0.0.1:3000/notes`.
 */
import 'reflect-metadata'
import {
  type AuthFor,
  createResource,
  personKey,
  type Resource,
  type ResourceOptions,
} from '@aauth-guard/core'
import { AAuthModule, Auth, Protect, Unprotected } from '@aauth-guard/nestjs'
import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  type DynamicModule,
  Get,
  HttpCode,
  type INestApplication,
  Post,
} from '@nestjs/common'
import type { AbstractHttpAdapter } from '@nestjs/core'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes and delete them' },
}

type Person = AuthFor<'auth-token', 'required'>

/** What has no `@Protect` is for every agent, see `notesApi`. */
@Controller()
export class AgentsController {
  @Get('about')
  @Unprotected()
  about(): object {
    return { notes: 'of people, kept for their agents' }
  }

  @Get('whoami')
  whoami(@Auth('agent-token') { agent, class: runtime }: AuthFor<'agent-token'>): object {
    return { agent, provider: runtime.provider }
  }

  @Get('me')
  @Protect({ accept: 'person-token' })
  me(@Auth('person-token') auth: AuthFor<'person-token'>): object {
    return { person: personKey(auth) }
  }
}

@Controller('notes')
@Protect({ scope: 'notes.read', person: 'required' })
export class NotesController {
  readonly #notes = new Map<string, string[]>()

  @Get()
  list(@Auth('auth-token', { person: 'required' }) auth: Person): string[] {
    return this.#notes.get(personKey(auth)) ?? []
  }

  @Post()
  @Protect({
    scope: 'notes.write',
    components: ['content-digest', 'content-type'], // the note itself is under the signature
    person: 'required',
  })
  add(@Auth('auth-token', { person: 'required' }) auth: Person, @Body('text') text: unknown): object {
    if (typeof text !== 'string') throw new BadRequestException('a note has a text')
    this.#notes.set(personKey(auth), [...this.list(auth), text])
    return { text }
  }

  // Too much to delete on a whim: only within a mission that the person approved.
  @Delete()
  @HttpCode(204)
  @Protect({ scope: 'notes.write', mission: 'required', person: 'required' })
  remove(@Auth('auth-token', { person: 'required' }) auth: Person): void {
    this.#notes.delete(personKey(auth))
  }
}

class AppModule {}

/** @param adapter of Express or Fastify; the controllers are the same */
export function notesApi(
  resource: Resource,
  adapter: AbstractHttpAdapter = new ExpressAdapter(),
): Promise<INestApplication> {
  const root: DynamicModule = {
    module: AppModule,
    imports: [AAuthModule.forRoot(resource, { requirement: { accept: 'agent-token' } })],
    controllers: [AgentsController, NotesController],
  }
  return NestFactory.create(root, adapter, { logger: ['error', 'warn'] })
}

if (process.argv[1] === import.meta.filename) {
  const app = await notesApi(createResource(options))
  await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
  console.log(await app.getUrl())
}
