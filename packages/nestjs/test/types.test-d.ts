/** What the compiler says about guarded routes. Checked by `tsc` with everything else; never run. */
import type { Auth as AnyAuth, Caller as AnyCaller, AuthFor, PersonAuth, Resource } from '@aauth-guard/core'
import type { Same } from '@aauth-guard/fixtures/same-type'
import { AAuthModule, Auth, Caller, getAuth, Protect, Unprotected } from '@aauth-guard/nestjs'
import { Body, Controller, Get, Req } from '@nestjs/common'
import type { Request } from 'express'
import type { FastifyRequest } from 'fastify'

declare function holds<_Claim extends true>(): void
declare const resource: Resource

AAuthModule.forRoot(resource)
AAuthModule.forRoot(resource, { requirement: { accept: ['agent-token', 'auth-token'] }, global: false })
AAuthModule.forRootAsync({ inject: ['config'], useFactory: async (_config: string) => ({ resource }) })
// @ts-expect-error options come with a resource
AAuthModule.forRootAsync({ useFactory: () => ({ requirement: {} }) })
// @ts-expect-error there is no such option
AAuthModule.forRoot(resource, { everywhere: true })
// @ts-expect-error the resource comes first
AAuthModule.forRoot({ requirement: {} })

// @ts-expect-error there is no such member
Protect({ scoop: 'notes.read' })
// @ts-expect-error tokens have other names
Protect({ accept: 'access-token' })
// The check of a route knows what the route accepts.
Protect({
  accept: 'person-token',
  check: (auth) => {
    holds<Same<typeof auth, AuthFor<'person-token'>>>()
    return true
  },
})

@Controller()
@Protect({ scope: 'notes.read' })
export class NotesController {
  @Get()
  plain(@Auth() auth: AuthFor<'auth-token'>, @Body() _body: unknown) {
    return auth.scopes
  }

  @Get()
  wider(@Auth() auth: AnyAuth, @Auth() unknown: unknown) {
    return [auth, unknown]
  }

  @Get()
  kinds(@Body() _body: unknown, @Auth('agent-token') auth: AuthFor<'agent-token'>) {
    return auth.agent
  }

  @Get()
  @Protect({ person: 'required' })
  person(@Auth('auth-token', { person: 'required' }) auth: AuthFor<'auth-token', 'required'>) {
    holds<Same<typeof auth.sub, string>>()
    return auth.sub
  }

  // @ts-expect-error an auth token need not name a person
  @Get() missing(@Auth() auth: AuthFor<'auth-token', 'required'>) {
    return auth
  }

  @Get()
  another(
    // @ts-expect-error the parameter is for another kind of token
    @Auth('agent-token') auth: PersonAuth,
  ) {
    return auth
  }

  @Get()
  text(
    // @ts-expect-error an identity is not a string
    @Auth() auth: string,
  ) {
    return auth
  }

  @Get()
  @Unprotected()
  caller(@Caller() caller: AnyCaller | undefined) {
    return caller
  }

  @Get()
  certain(
    // @ts-expect-error a caller without a credential may have passed
    @Caller() caller: AnyCaller,
  ) {
    return caller
  }

  @Get()
  read(@Req() express: Request, @Req() fastify: FastifyRequest) {
    const auth = getAuth(express)
    holds<Same<typeof auth, AuthFor<'auth-token'>>>()
    return [auth, getAuth(fastify, 'agent-token').agent]
  }
}

export class NotAHandler {
  constructor(
    // @ts-expect-error a constructor has no request
    @Auth() auth: AuthFor<'auth-token'>,
  ) {
    holds<Same<typeof auth, AuthFor<'auth-token'>>>()
  }
}
