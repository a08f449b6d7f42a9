import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AuthFor, isAAuthError, stepUp } from '@aauth-guard/core'
import { verdictOf, withLines } from '@aauth-guard/fixtures/served'
import type { World } from '@aauth-guard/fixtures/world'
import { AAuthFilter, Auth, Protect } from '@aauth-guard/nestjs'
import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Header,
  type NestInterceptor,
  Res,
  Scope,
  UseFilters,
  UseInterceptors,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { platforms, type Setup, serveNest } from './serve-nest.ts'

/** As the documentation of NestJS writes it: it answers whatever was thrown. */
@Catch()
class CatchAll implements ExceptionFilter {
  caught: unknown[] = []
  heard: unknown[] = []
  adapter: HttpAdapterHost['httpAdapter'] | undefined

  catch(error: unknown, host: ArgumentsHost): void {
    this.caught.push(error)
    this.heard.push(host.switchToHttp().getRequest<IncomingMessage>().headers['aauth-mission'])
    const text = isAAuthError(error) ? `refused with ${error.code}` : (error as Error).message
    this.adapter?.reply(host.switchToHttp().getResponse(), text, 418)
  }
}

const catchAll = (): CatchAll => new CatchAll()

function setup(world: World, all: CatchAll): Setup {
  @Controller()
  @UseFilters(all)
  class NotesController {
    @Get('notes')
    @UseFilters(all)
    @Protect({ scope: 'access' })
    list() {
      return 'notes'
    }

    @Get('more')
    @Header('cache-control', 'public')
    @Header('etag', '"1"')
    @Protect()
    @UseFilters(all)
    more(@Auth() auth: AuthFor<'auth-token'>) {
      return stepUp(world.resource, auth, { scope: 'access' })
    }

    @Get('failing')
    fail() {
      throw new ForbiddenException('not on a Sunday')
    }

    @Get('broken')
    @Protect({
      check: () => {
        throw new Error('the database is away')
      },
    })
    broken() {
      return 'never'
    }

    @Get('passed-on')
    @Protect({ scope: 'access' }, { passErrors: true })
    passedOn() {
      return 'never'
    }

    @Get('more-passed-on')
    @Protect({}, { passErrors: true })
    morePassedOn(@Auth() auth: AuthFor<'auth-token'>) {
      return stepUp(world.resource, auth, { scope: 'access' })
    }

    @Get('answered')
    @UseFilters(AAuthFilter)
    @Protect({ scope: 'access' }, { passErrors: true })
    answered() {
      return 'never'
    }
  }
  @Controller({ path: 'scoped', scope: Scope.REQUEST })
  class ScopedController {
    @Get()
    more(@Auth() auth: AuthFor<'auth-token'>) {
      return stepUp(world.resource, auth, { scope: 'access' })
    }
  }
  return {
    controllers: [NotesController, ScopedController],
    configure: (app) => {
      all.adapter = app.get(HttpAdapterHost).httpAdapter
      app.useGlobalFilters(all)
    },
  }
}

describe.each(platforms)('exception filters on %s', (platform) => {
  it.each([
    ['a refusal of the guard', '/notes'],
    ['a step-up of a handler', '/more'],
    ['a step-up of a handler of a request-scoped controller', '/scoped'],
  ])('that catch everything do not change %s', async (_, target) => {
    const all = catchAll()
    const { send } = await serveNest(platform, (world) => setup(world, all))
    const response = await send({ target })
    expect(response.headers.get('aauth-requirement')).toContain('resource-token=')
    expect([response.headers.get('cache-control'), response.headers.get('etag')]).toEqual(['no-store', null])
    expect(await verdictOf(response)).toEqual([401, 'auth_token_required'])
    expect(all.caught).toEqual([])
  })

  it('answer what handlers throw otherwise', async () => {
    const all = catchAll()
    const { send } = await serveNest(platform, (world) => setup(world, all))
    const response = await send({ target: '/failing' })
    expect([response.status, await response.text()]).toEqual([418, 'not on a Sunday'])
  })

  it('do not see what a check throws, which is answered with 503', async () => {
    const all = catchAll()
    const { send } = await serveNest(platform, (world) => setup(world, all))
    expect(await verdictOf(await send({ target: '/broken' }))).toEqual([503, 'server_error'])
    expect(all.caught).toEqual([])
  })

  it.each([
    ['refusals', '/passed-on'],
    ['step-ups', '/more-passed-on'],
  ])('answer %s with "passErrors"', async (_, target) => {
    const { send } = await serveNest(platform, (world) => setup(world, catchAll()))
    const response = await send({ target })
    expect([response.status, await response.text()]).toEqual([418, 'refused with auth_token_required'])
  })

  it('do not see what an agent only asserts of its mission', async () => {
    const all = catchAll()
    const { send } = await serveNest(platform, (world) => setup(world, all))
    const onTheWay = withLines(['aauth-mission', 'approver="https://ps.example"; s256="x"'])
    expect([(await send({ target: '/passed-on', onTheWay })).status, all.heard]).toEqual([418, [undefined]])
  })

  it('cannot answer a step-up once the answer has begun, which then breaks off', async () => {
    const { send } = await serveNest(platform, (world) => {
      @Controller('notes')
      class BegunController {
        @Get()
        begin(
          @Auth() auth: AuthFor<'auth-token'>,
          @Res() response: ServerResponse & { raw?: ServerResponse },
        ) {
          const raw = response.raw ?? response
          raw.write('half of an answer')
          return stepUp(world.resource, auth, { scope: 'access' })
        }
      }
      return { controllers: [BegunController] }
    })
    await expect(send()).rejects.toThrow()
  })

  it('of this package answer them with "passErrors"', async () => {
    const { send } = await serveNest(platform, (world) => setup(world, catchAll()))
    expect(await verdictOf(await send({ target: '/answered' }))).toEqual([401, 'auth_token_required'])
  })

  it('of Nest answer what handlers throw where the application has none', async () => {
    @Controller('notes')
    class FailingController {
      @Get()
      fail() {
        throw new ForbiddenException('not on a Sunday')
      }
    }
    const { send } = await serveNest(platform, { controllers: [FailingController] })
    const response = await send()
    expect([response.status, await response.json()]).toMatchObject([403, { message: 'not on a Sunday' }])
    expect(response.headers.get('cache-control')).toBe('private')
  })
})

describe.each(platforms)('interceptors on %s', (platform) => {
  it('run behind the guard and see step-ups of handlers', async () => {
    const seen: string[] = []
    class Watching implements NestInterceptor {
      intercept(_: ExecutionContext, next: CallHandler) {
        seen.push('entered')
        return next.handle()
      }
    }
    const { send, sendUnsigned } = await serveNest(platform, (world) => {
      @Controller('notes')
      @UseInterceptors(new Watching())
      class NotesController {
        @Get()
        more(@Auth() auth: AuthFor<'auth-token'>) {
          return stepUp(world.resource, auth, { scope: 'access' })
        }
      }
      return { controllers: [NotesController] }
    })
    expect([(await sendUnsigned()).status, seen]).toEqual([401, []])
    expect([await verdictOf(await send()), seen]).toEqual([[401, 'auth_token_required'], ['entered']])
  })
})

it('a refusal that cannot be sent ends the connection [Q08]', async () => {
  @Controller('notes')
  class NotesController {
    @Get()
    list() {
      return 'notes'
    }
  }
  const { sendUnsigned } = await serveNest('Express', {
    controllers: [NotesController],
    configure: (app) =>
      app.use((_: unknown, response: ServerResponse, next: () => void) => {
        response.setHeader = () => {
          throw new Error('of a library')
        }
        next()
      }),
  })
  await expect(sendUnsigned()).rejects.toThrow()
})
