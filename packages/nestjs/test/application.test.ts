import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AuthFor, createResource } from '@aauth-guard/core'
import { makeGate } from '@aauth-guard/fixtures/gate'
import { type OnTheWay, verdictOf, withLines } from '@aauth-guard/fixtures/served'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { AAuthModule, Auth, getAuth, Protect, requireGrant, withinLifetime } from '@aauth-guard/nestjs'
import { dial } from '@aauth-guard/testing'
import {
  All,
  Controller,
  type FactoryProvider,
  Get,
  Head,
  Injectable,
  type MiddlewareConsumer,
  Module,
  Post,
  Req,
  Sse,
  UseGuards,
  type ValueProvider,
  Version,
  VersioningType,
} from '@nestjs/common'
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { concat, finalize, NEVER, of, tap } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adapterOf, listenerOf, platforms, rootOf, serveNest, startNest } from './serve-nest.ts'

@Controller('notes')
@Protect({ scope: 'access' })
class NotesController {
  @Get()
  list(@Auth() auth: AuthFor<'auth-token'>) {
    return auth.sub
  }

  @Get('versioned')
  @Version('2')
  versioned() {
    return 'version 2'
  }

  @Get('events')
  @Sse()
  events(@Auth() auth: AuthFor<'auth-token'>) {
    return of({ data: auth.sub })
  }

  @All('any')
  any(@Req() request: IncomingMessage) {
    return request.method
  }

  @Get('files/*')
  file() {
    return 'a file'
  }
}

const controllers = [NotesController]

describe.each(platforms)('an application on %s', (platform) => {
  const token = (app: Awaited<ReturnType<typeof serveNest>>) => app.agent.authToken({ scope: 'access' })

  it('serves the metadata and the keys of its resource to everybody', async () => {
    const { sendUnsigned } = await serveNest(platform, { controllers })
    const response = await sendUnsigned('GET', '/.well-known/aauth-resource.json')
    expect([response.status, await response.json()]).toMatchObject([200, { issuer: 'https://notes.example' }])
  })

  it('serves the endpoints of its resource, whatever its own prefix is and though parsers read content', async () => {
    const { sendUnsigned, send } = await serveNest(platform, {
      controllers,
      configure: (app) => app.setGlobalPrefix('api'),
    })
    const metadata = await sendUnsigned('GET', '/.well-known/aauth-resource.json')
    const { authorization_endpoint } = (await metadata.json()) as { authorization_endpoint: string }
    const endpoint = new URL(authorization_endpoint).pathname
    expect(await verdictOf(await sendUnsigned('POST', endpoint))).toEqual([401, 'invalid_signature'])
    const sent = { method: 'POST', target: endpoint, headers: { 'content-type': 'application/json' } }
    expect((await send({ ...sent, body: '{"scope":"nothing"}' })).status).not.toBe(500)
  })

  it('verifies the target that was called, with a global prefix and a version', async () => {
    const served = await serveNest(platform, {
      controllers,
      configure: (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI }),
    })
    const given = { token: await token(served) }
    const response = await served.send({ ...given, target: '/api/v2/notes/versioned' })
    expect([response.status, await response.text()]).toEqual([200, 'version 2'])
    const moved = { ...given, target: '/notes/versioned' }
    const onTheWay: OnTheWay = (message) => ({ ...message, target: '/api/v2/notes/versioned' })
    expect(await verdictOf(await served.send({ ...moved, onTheWay }))).toEqual([401, 'invalid_signature'])
  })

  it('guards versions that a header chooses', async () => {
    const served = await serveNest(platform, {
      controllers,
      configure: (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
    })
    const sent = { target: '/notes/versioned', headers: { 'x-version': '2' } }
    expect((await served.send(sent)).status).toBe(401)
    expect((await served.send({ ...sent, token: await token(served) })).status).toBe(200)
  })

  it('guards HEAD of a route for GET, all methods of @All, and wildcards', async () => {
    const served = await serveNest(platform, { controllers })
    const given = { token: await token(served) }
    const statuses: unknown[] = []
    for (const [method, target] of [
      ['HEAD', '/notes'],
      ['PUT', '/notes/any'],
      ['OPTIONS', '/notes/any'],
      ['GET', '/notes/files/a/b'],
      ['GET', '/notes/files/..%2Fa'],
    ] as const)
      statuses.push(
        (await served.sendUnsigned(method, target)).status,
        (await served.send({ ...given, method, target })).status,
      )
    expect(statuses).toEqual([401, 200, 401, 200, 401, 200, 401, 200, 401, 200])
    const asHead: OnTheWay = (message) => ({ ...message, method: 'HEAD' })
    expect((await served.send({ ...given, onTheWay: asHead })).status).toBe(401)
  })

  it('guards the paths that its router takes for others', async () => {
    const { sendUnsigned } = await serveNest(platform, { controllers })
    for (const path of [
      '/NOTES',
      '/notes/',
      '//notes',
      '/notes//any',
      '/%6eotes',
      '/notes;a',
      '/notes?',
      '/./notes',
    ])
      expect([path, (await sendUnsigned('GET', path)).status]).toEqual([
        path,
        expect.not.toSatisfy((s) => s < 400),
      ])
  })

  it('does not let a preflight reach a guarded handler', async () => {
    let called = 0
    @Controller('notes')
    class AnyController {
      @All()
      any() {
        called += 1
      }
    }
    const served = await serveNest(platform, { controllers: [AnyController] }, { cors: true })
    const { net, url } = served
    const headers = [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'POST'],
    ] as const
    const response = await dial(url, {
      method: 'OPTIONS',
      url: `${net.resource}/notes`,
      target: '/notes',
      headers,
      base: '',
    })
    expect([response.status, await response.text(), called]).toEqual([
      404,
      expect.not.stringContaining('somebody'),
      0,
    ])
  })

  it('answers preflights by enableCors, and refusals carry its fields', async () => {
    const { sendUnsigned } = await serveNest(platform, {
      controllers,
      configure: (app) => app.enableCors({ origin: 'https://app.example' }),
    })
    const response = await sendUnsigned()
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://app.example',
    ])
  })

  it('serves events to a verified caller, and challenges others', async () => {
    const served = await serveNest(platform, { controllers })
    const target = '/notes/events'
    const response = await served.send({ target, token: await token(served) })
    expect([response.headers.get('content-type'), await response.text()]).toEqual([
      'text/event-stream',
      expect.stringContaining('data: person-1'),
    ])
    expect(await verdictOf(await served.send({ target }))).toEqual([401, 'auth_token_required'])
  })

  it('ends a stream of events with the token of its caller', async () => {
    const opened = makeGate<void>()
    let caller: AuthFor<'auth-token'> | undefined
    let closed = 0
    @Controller('notes')
    class TicksController {
      @Sse()
      ticks(@Auth() auth: AuthFor<'auth-token'>) {
        caller = auth
        return concat(of({ data: 'begun' }).pipe(tap(() => opened.open())), NEVER).pipe(
          finalize(() => {
            closed += 1
          }),
          withinLifetime(auth),
        )
      }
    }
    const { send, resource } = await serveNest(platform, { controllers: [TicksController] })
    const sent = send()
    await opened.passed
    await resource.revoke(caller as AuthFor<'auth-token'>)
    expect([(await sent).status, closed]).toEqual([200, 1])
  })

  it('begins no stream of events once the token of its caller is revoked', async () => {
    let begun = 0
    const { send } = await serveNest(platform, ({ resource }) => {
      @Controller('notes')
      class TicksController {
        @Sse()
        async ticks(@Auth() auth: AuthFor<'auth-token'>) {
          await resource.revoke(auth)
          return concat(of({ data: 'begun' }), NEVER).pipe(
            tap(() => {
              begun += 1
            }),
            withinLifetime(auth),
          )
        }
      }
      return { controllers: [TicksController] }
    })
    expect([(await send()).status, begun]).toEqual([200, 0])
  })

  it('does not tell handlers what an agent only asserts of its mission', async () => {
    @Controller('notes')
    class HeardController {
      @Get()
      heard(@Req() { headers }: IncomingMessage) {
        return { mission: headers['aauth-mission'] ?? null }
      }
    }
    const { send } = await serveNest(platform, { controllers: [HeardController] })
    const onTheWay = withLines(['aauth-mission', 'approver="https://ps.example"; s256="x"'])
    const response = await send({ onTheWay })
    expect(await response.text()).not.toContain('approver')
  })

  it('takes its resource from a factory', async () => {
    @Injectable()
    class Config {
      readonly global = false
    }
    @Module({ providers: [Config], exports: [Config] })
    class ConfigModule {}
    const world = await makeWorld()
    onTestFinished(() => world.net.close())
    @Controller()
    class PlainController {
      @Get('plain')
      plain() {
        return 'plain'
      }
    }
    const aauth = AAuthModule.forRootAsync({
      imports: [ConfigModule],
      inject: [Config],
      useFactory: ({ global }: Config) => ({ resource: world.resource, global }),
    })
    const root = rootOf({ controllers: [NotesController, PlainController], imports: [aauth] })
    const app = await startNest(root, adapterOf(platform))
    await app.init()
    const { url } = await world.net.listen(await listenerOf(app))
    const statuses = await Promise.all(
      ['/notes', '/plain', '/.well-known/aauth-resource.json'].map(
        async (path) => (await fetch(`${url}${path}`)).status,
      ),
    )
    expect(statuses).toEqual([401, 200, 200])
  })

  it('does not start with a mistake in a requirement or an option', async () => {
    @Controller('notes')
    class MistakenController {
      @Get()
      @Protect({ scoop: 'access' } as never)
      list() {
        return 'notes'
      }
    }
    const start = (setup: object) => serveNest(platform, setup)
    await expect(start({ controllers: [MistakenController] })).rejects.toThrow(
      /MistakenController\.list: .*"scoop"/,
    )
    await expect(start({ options: { requirement: { scoop: 'a' } } })).rejects.toThrow('"scoop"')
    await expect(start({ options: { everywhere: true } })).rejects.toThrow('"everywhere"')
    await expect(start({ options: { global: 'yes' } })).rejects.toThrow('"global" is yes')
    await expect(start({ options: { maxContent: 0 } })).rejects.toThrow('"maxContent" is 0')
  })

  it('does not start where a decorator has replaced a protected method', async () => {
    @Controller('notes')
    class WrappedController {
      @Get()
      @wrapped
      @Protect({ scope: 'access' })
      list() {
        return 'notes'
      }
    }
    await expect(serveNest(platform, { controllers: [WrappedController] })).rejects.toThrow(
      'WrappedController.list: a decorator replaced the method after @Protect',
    )
    @Controller('notes')
    class RightController {
      @Get()
      @Protect({ scope: 'access' })
      @wrapped
      list() {
        return 'notes'
      }
    }
    const { send } = await serveNest(platform, { controllers: [RightController] })
    expect((await send()).status).toBe(401)
  })

  it('refuses to guess the requirement of a handler that is not a method of its class', async () => {
    @Controller('notes')
    class BoundController {
      constructor() {
        this.list = this.list.bind(this)
      }
      @Get()
      @Protect({ scope: 'access' })
      list() {
        return 'notes'
      }
    }
    const { send } = await serveNest(platform, { controllers: [BoundController] })
    expect((await send()).status).toBe(500)
  })

  it('guards routes of other modules with its resource, though they do not import it', async () => {
    @Controller('notes')
    class FeatureController {
      @Get()
      @Protect({ scope: 'access' })
      list() {
        return 'notes'
      }
    }
    class FeatureModule {}
    Module({ controllers: [FeatureController] })(FeatureModule)
    const served = await serveNest(platform, { imports: [FeatureModule], options: { global: false } })
    const statuses = [await served.sendUnsigned(), await served.send({ token: await token(served) })]
    expect(statuses.map(({ status }) => status)).toEqual([401, 200])
  })

  // Nest's testing module makes its modules before it knows the platform.
  it('serves the routes of its resource on a platform that is named after the modules are made', async () => {
    const { resource } = await makeWorld()
    const [settings, protection] = AAuthModule.forRoot(resource).providers as [ValueProvider, FactoryProvider]
    const host = new HttpAdapterHost()
    protection.useFactory(settings.useValue, new ModulesContainer(), host)
    const adapter = adapterOf(platform)
    host.httpAdapter = adapter
    const server = createServer(await listenerOf({ getHttpAdapter: () => adapter }))
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/.well-known/aauth-resource.json`)
    expect(await response.json()).toMatchObject({ issuer: 'https://notes.example' })
  })

  it('does not start with two resources', async () => {
    const other = createResource({ issuer: 'https://mail.example', trust: 'any' })
    await expect(serveNest(platform, { imports: [AAuthModule.forRoot(other)] })).rejects.toThrow(
      'AAuthModule.forRoot was called with two resources',
    )
  })

  it('may be one of several in a process, with the same controllers and another resource each', async () => {
    const first = await serveNest(platform, { controllers }, { issuer: 'https://notes.example' })
    const second = await serveNest(
      platform === 'Express' ? 'Fastify' : 'Express',
      { controllers },
      { issuer: 'https://mail.example', authorities: ['notes.example'] },
    )
    const given = { token: await token(first) }
    expect((await first.send(given)).status).toBe(200)
    expect(await verdictOf(await dial(second.url, await first.sign(given)))).toEqual([401, 'invalid_jwt'])
  })

  it('refuses with requireGrant who may not resume, and answers its mistakes with 500', async () => {
    @Controller('runs')
    class RunsController {
      @Post('nothing')
      @UseGuards(requireGrant(() => undefined))
      nothing() {
        return 'resumed'
      }
    }
    const { send } = await serveNest(platform, { controllers: [RunsController] })
    const [status] = await verdictOf(await send({ method: 'POST', target: '/runs/nothing' }))
    expect([403, 404]).toContain(status)
  })

  it('refuses a wrong option of requireGrant at once', () => {
    const options = { classPolicy: 'any' as never }
    expect(() => requireGrant(() => undefined, options)).toThrow('classPolicy')
  })

  it('has middleware in front of the guard, where nobody is known', async () => {
    const seen: unknown[] = []
    class WatchedModule {
      configure(consumer: MiddlewareConsumer) {
        consumer
          .apply((request: IncomingMessage, _: unknown, next: () => void) => {
            try {
              seen.push(getAuth(request))
            } catch (error) {
              seen.push((error as Error).name)
            }
            next()
          })
          .forRoutes('*path')
      }
    }
    Module({})(WatchedModule)
    const served = await serveNest(platform, { controllers, imports: [WatchedModule] })
    expect((await served.send({ token: await token(served) })).status).toBe(200)
    expect(seen).toEqual(['TypeError'])
  })
})

it('an application of another platform does not start', async () => {
  const adapter = adapterOf('Express')
  adapter.getType = () => 'other'
  await expect(serveNest('Express', { adapter })).rejects.toThrow(
    'AAuthModule does not know the platform "other"',
  )
})

it('two decorators on one route are refused at once', () => {
  const decorate = (): unknown => {
    class TwiceController {
      @Head()
      @Protect()
      @Protect({ scope: 'access' })
      list() {
        return 'notes'
      }
    }
    return TwiceController
  }
  expect(decorate).toThrow('"list" has more than one @Protect or @Unprotected')
})

/** A decorator of a library that wraps a method without its metadata. */
function wrapped(_target: object, _key: string, descriptor: PropertyDescriptor): void {
  const { value } = descriptor
  descriptor.value = function (...values: unknown[]) {
    return value.apply(this, values)
  }
}
