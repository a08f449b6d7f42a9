import type { IncomingMessage } from 'node:http'
import { type Caller as AnyCaller, type AuthFor, stepUp } from '@aauth-guard/core'
import { makeHeldCheck } from '@aauth-guard/fixtures/gate'
import { verdictOf } from '@aauth-guard/fixtures/served'
import { AAuthGuard, Auth, Caller, getAuth, getCaller, Protect, Unprotected } from '@aauth-guard/nestjs'
import { Controller, Get, type INestApplication, Next, Req, Res, Scope, UseGuards } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { platforms, type Setup, serveNest } from './serve-nest.ts'

@Controller()
@Protect({ scope: 'access' })
class ClassController {
  @Get('notes')
  list(@Auth() auth: AuthFor<'auth-token'>) {
    return { sub: auth.sub, scopes: auth.scopes }
  }

  @Get('agents')
  @Protect({ accept: 'agent-token' })
  agents(@Auth('agent-token') auth: AuthFor<'agent-token'>) {
    return { agent: auth.agent }
  }

  @Get('about')
  @Unprotected()
  about() {
    return 'notes'
  }
}

@Controller()
@Unprotected()
class OpenController {
  @Get('open')
  open() {
    return 'open'
  }

  @Get('closed')
  @Protect()
  closed() {
    return 'closed'
  }
}

@Controller()
class PlainController {
  @Get('plain')
  plain(@Caller() caller: AnyCaller | undefined) {
    return caller === undefined ? 'nobody' : (caller as AuthFor<'auth-token'>).sub
  }
}

const controllers = [ClassController, OpenController, PlainController]

describe.each(platforms)('a protected application on %s', (platform) => {
  it('accepts a verified caller and passes the identity to the handler', async () => {
    const { send, agent } = await serveNest(platform, { controllers })
    const response = await send({ token: await agent.authToken({ scope: 'access', sub: 'person-7' }) })
    expect([response.status, await response.json()]).toEqual([200, { sub: 'person-7', scopes: ['access'] }])
    expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([
      'private',
      expect.stringContaining('Signature-Key'),
    ])
  })

  it('answers a refusal with the header fields and the problem details that agents depend on', async () => {
    const { sendUnsigned, send } = await serveNest(platform, { controllers })
    const unsigned = await sendUnsigned()
    expect([unsigned.status, unsigned.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    expect(unsigned.headers.get('signature-error')).toMatch(/^error=invalid_signature/)
    expect(unsigned.headers.get('cache-control')).toBe('no-store')
    const stale = await send({ mistake: 'stale' })
    expect(await verdictOf(stale)).toEqual([401, 'invalid_signature'])
    const challenged = await send()
    expect(challenged.headers.get('aauth-requirement')).toContain('resource-token=')
  })

  it('requires what the method requires in place of the class, and nothing of the class', async () => {
    const { send, agent } = await serveNest(platform, { controllers })
    const token = await agent.agentToken()
    const response = await send({ target: '/agents', token })
    expect([response.status, await response.json()]).toEqual([200, { agent: expect.any(String) }])
    expect((await send({ target: '/notes', token })).status).toBe(401)
  })

  it('leaves open what is unprotected by name, and nothing else', async () => {
    const { sendUnsigned } = await serveNest(platform, { controllers })
    const statuses: unknown[] = []
    for (const path of ['/about', '/open', '/closed', '/plain', '/notes', '/agents'])
      statuses.push((await sendUnsigned('GET', path)).status)
    expect(statuses).toEqual([200, 200, 401, 401, 401, 401])
  })

  it('requires the default of the module where a route says nothing', async () => {
    const { send, sendUnsigned, agent } = await serveNest(platform, {
      controllers,
      options: { requirement: { accept: 'agent-token' } },
    })
    const token = await agent.agentToken()
    expect((await send({ target: '/plain', token })).status).toBe(200)
    expect(await verdictOf(await sendUnsigned('GET', '/plain'))).toEqual([401, 'invalid_signature'])
  })

  it('lets callers without a credential pass where it is optional, and refuses bad ones', async () => {
    const { send, sendUnsigned } = await serveNest(platform, {
      controllers,
      options: { requirement: { optional: true } },
    })
    const nobody = await sendUnsigned('GET', '/plain')
    const somebody = await send({ target: '/plain' })
    const bad = await send({ target: '/plain', mistake: 'stale' })
    expect([nobody.status, await nobody.text(), somebody.status, await somebody.text(), bad.status]).toEqual([
      200,
      'nobody',
      200,
      'person-1',
      401,
    ])
  })

  it('does not run the handler before the decision [Q07]', async () => {
    let entered = false
    const { asked, verdict, check } = makeHeldCheck()
    @Controller('notes')
    class HeldController {
      @Get()
      enter() {
        entered = true
      }
    }
    const { send } = await serveNest(platform, {
      controllers: [HeldController],
      options: { requirement: { check } },
    })
    const sent = send()
    await asked.passed
    const enteredEarly = entered
    verdict.open(false)
    expect([enteredEarly, (await sent).status, entered]).toEqual([false, 403, false])
  })

  it.each<[string, Setup, number, number]>([
    ['guards only what asks for it with "global: false"', { options: { global: false } }, 401, 200],
    [
      'guards all with AAuthGuard as APP_GUARD of the application',
      { options: { global: false }, providers: [{ provide: APP_GUARD, useClass: AAuthGuard }] },
      401,
      401,
    ],
    [
      'guards all with AAuthGuard among the global guards of main.ts',
      {
        options: { global: false },
        providers: [AAuthGuard],
        configure: (app: INestApplication) => app.useGlobalGuards(app.get(AAuthGuard)),
      },
      401,
      401,
    ],
  ])('%s', async (_, setup, guarded, plain) => {
    @Controller()
    class SlipController {
      @Get('plain')
      plain() {
        return 'plain'
      }
      @Get('used')
      @UseGuards(AAuthGuard)
      used() {
        return 'used'
      }
      @Get('closed')
      @Protect()
      closed() {
        return 'closed'
      }
    }
    const { sendUnsigned, send } = await serveNest(platform, { controllers: [SlipController], ...setup })
    const statuses: unknown[] = []
    for (const path of ['/used', '/closed', '/plain']) statuses.push((await sendUnsigned('GET', path)).status)
    expect(statuses).toEqual([guarded, guarded, plain])
    expect((await send({ target: '/used' })).status).toBe(200)
  })

  it('decides a request once, however many guards there are', async () => {
    const decisions: string[] = []
    let checks = 0
    @Controller('notes')
    @UseGuards(AAuthGuard, AAuthGuard)
    @Protect({ check: () => ++checks > 0, singleUse: true })
    class GuardedController {
      @Get()
      @UseGuards(AAuthGuard)
      list() {
        return checks
      }
    }
    const { send } = await serveNest(
      platform,
      { controllers: [GuardedController], providers: [{ provide: APP_GUARD, useClass: AAuthGuard }] },
      { onDecision: ({ outcome }) => decisions.push(outcome) },
    )
    const { status } = await send({ params: { nonce: 'n' } })
    expect([status, checks, decisions]).toEqual([200, 1, ['accepted']])
  })

  it('decides a request again for a second route to which a handler passes it', async () => {
    @Controller('notes')
    class PassingController {
      @Get('a')
      @Protect({ scope: 'access' })
      pass(@Req() request: object, @Res() _: object, @Next() next: (error?: unknown) => void) {
        expect(getAuth(request as IncomingMessage).scopes).toContain('access')
        next()
      }

      @Get(':id')
      @Protect({ scope: 'more' })
      more() {
        return 'reached'
      }
    }
    // Fastify has no such passing on.
    const { agent, send } = await serveNest(
      'Express',
      { controllers: [PassingController], options: { requirement: { scope: 'access' } } },
      { scopes: { access: 'Read notes', more: 'Read more' } },
    )
    const answers = []
    for (const scope of ['access', 'access more'])
      answers.push((await send({ target: '/notes/a', token: await agent.authToken({ scope }) })).status)
    expect(answers).toEqual([401, 200])
  })

  it('guards request-scoped controllers', async () => {
    @Controller({ path: 'notes', scope: Scope.REQUEST })
    class ScopedController {
      @Get()
      @Protect({ scope: 'access' })
      list(@Auth() auth: AuthFor<'auth-token'>) {
        return auth.sub
      }
    }
    const { send, sendUnsigned, agent } = await serveNest(platform, { controllers: [ScopedController] })
    const token = await agent.authToken({ scope: 'access' })
    expect([(await send({ token })).status, (await send()).status, (await sendUnsigned()).status]).toEqual([
      200, 401, 401,
    ])
  })

  it('guards handlers that a controller inherits', async () => {
    @Protect({ accept: 'agent-token' })
    class BaseController {
      @Get()
      list() {
        return 'notes'
      }
    }
    @Controller('notes')
    class NotesController extends BaseController {}
    @Controller('open')
    @Unprotected()
    class OpenedController extends BaseController {}
    const { send, sendUnsigned, agent } = await serveNest(platform, {
      controllers: [NotesController, OpenedController],
    })
    expect((await send()).status).toBe(401)
    expect((await send({ token: await agent.agentToken() })).status).toBe(200)
    expect((await sendUnsigned('GET', '/open')).status).toBe(200)
  })

  it('yields no identity where no guard ran: the handler is not called', async () => {
    let called = false
    @Controller()
    @Unprotected()
    class MistakenController {
      @Get('auth')
      auth(@Auth() auth: AuthFor<'auth-token'>) {
        called = true
        return auth
      }
      @Get('caller')
      caller(@Caller() caller: AnyCaller | undefined) {
        called = true
        return caller
      }
      @Get('kind')
      @Protect({ accept: 'agent-token' })
      kind(@Auth('auth-token') auth: AuthFor<'auth-token'>) {
        called = true
        return auth
      }
      @Get('read')
      read(@Req() request: never) {
        expect(() => getAuth(request)).toThrow('the request has no verified identity')
        expect(() => getCaller(request)).toThrow('the request has no verified identity')
        return 'thrown'
      }
    }
    const { send, agent } = await serveNest(platform, { controllers: [MistakenController] })
    const token = await agent.agentToken()
    const statuses: unknown[] = []
    for (const target of ['/auth', '/caller', '/kind', '/read'])
      statuses.push((await send({ target, token })).status)
    expect([statuses, called]).toEqual([[500, 500, 500, 200], false])
  })

  it('passes an identity to the handler that cannot be changed [Q05]', async () => {
    @Controller('notes')
    class ChangingController {
      @Get()
      change(@Auth() auth: AuthFor<'auth-token'>, @Req() request: never) {
        expect(() => Object.assign(auth, { sub: 'somebody else' })).toThrow(TypeError)
        return [auth === getAuth(request), auth === getCaller(request)]
      }
    }
    const { send } = await serveNest(platform, { controllers: [ChangingController] })
    expect(await (await send()).json()).toEqual([true, true])
  })

  it('answers a step-up of a handler with a challenge', async () => {
    const { send } = await serveNest(platform, (world) => {
      @Controller('notes')
      class MoreController {
        @Get()
        more(@Auth() auth: AuthFor<'auth-token'>) {
          return stepUp(world.resource, auth, { scope: 'access' })
        }
      }
      return { controllers: [MoreController] }
    })
    const response = await send()
    expect(response.headers.get('aauth-requirement')).toContain('resource-token=')
    expect(await verdictOf(response)).toEqual([401, 'auth_token_required'])
  })
})
