import { type Auth as AnyAuth, type AuthFor, isAAuthError, type Resource, stepUp } from '@aauth-guard/core'
import { AAuthGuard, Auth, Caller, Protect, requireGrant } from '@aauth-guard/nestjs'
import {
  All,
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  UseFilters,
  UseGuards,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { demands, grant, heardText, more, optionally, plainText } from '../../api.ts'
import { resourceToken, tell, tellContent, type Who } from './tell.ts'

@Catch()
class TellRefusal implements ExceptionFilter {
  readonly #host: HttpAdapterHost

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host
  }

  catch(error: unknown, host: ArgumentsHost): void {
    if (!isAAuthError(error)) throw error
    const { httpAdapter } = this.#host
    const response = host.switchToHttp().getResponse()
    httpAdapter.setHeader(response, 'content-type', plainText)
    httpAdapter.reply(response, `refused with ${error.code}`, 418)
  }
}

@Controller()
export class RoutesController {
  readonly #resource: Resource

  constructor(@Inject(resourceToken) resource: Resource) {
    this.#resource = resource
  }

  @All('whoami')
  @Protect(demands.anyone)
  whoami(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('identity')
  @Protect(demands.anyone)
  identity(@Caller() who: Who): string {
    return JSON.stringify(who)
  }

  @Get('agents')
  @Protect(demands.agents)
  agents(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('people')
  @Protect(demands.people)
  people(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('notes')
  @Protect(demands.read)
  notes(@Caller() who: Who): string {
    return tell(who)
  }

  @Post('notes')
  @HttpCode(200)
  @Protect(demands.write)
  write(@Caller() who: Who, @Body() content: unknown): string {
    return tellContent(who, content)
  }

  @Get('notes/:id')
  @Protect(demands.read)
  note(@Caller() who: Who, @Param('id') id: string): string {
    return `${tell(who)} reads ${id}`
  }

  @Get('more')
  @Protect(demands.read)
  more(@Auth() auth: AuthFor<'auth-token'>): Promise<never> {
    return stepUp(this.#resource, auth, more)
  }

  @Get('query')
  @Protect(demands.query)
  query(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('mission')
  @Protect(demands.mission)
  mission(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('accounts/:id')
  @Protect(demands.account)
  account(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('class')
  @Protect(demands.class)
  class(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('runs')
  @UseGuards(requireGrant(() => grant))
  @Protect(demands.anyone)
  runs(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('heard')
  @UseGuards(AAuthGuard)
  @Protect()
  heard(@Caller() who: Who, @Headers('aauth-mission') mission: string | undefined): string {
    return heardText(who as AnyAuth | undefined, mission)
  }

  @Get('denied')
  @Protect(demands.denied)
  denied(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('broken')
  @Protect(demands.broken)
  broken(@Caller() who: Who): string {
    return tell(who)
  }

  @All('open')
  @Protect(optionally)
  open(@Caller() who: Who): string {
    return tell(who)
  }

  @All('once')
  @Protect(demands.once)
  once(@Caller() who: Who): string {
    return tell(who)
  }

  @All('twice')
  @UseGuards(AAuthGuard)
  @Protect()
  twice(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('admin')
  @Protect(demands.anyone)
  admin(): string {
    return 'the admin area'
  }

  @Get('failing')
  @Protect(demands.anyone)
  failing(): never {
    throw new Error('the handler failed')
  }

  @Get('passed-on')
  @UseFilters(TellRefusal)
  @Protect(demands.anyone, { passErrors: true })
  passedOn(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('more-passed-on')
  @UseFilters(TellRefusal)
  @Protect(demands.read, { passErrors: true })
  morePassedOn(@Auth() auth: AuthFor<'auth-token'>): Promise<never> {
    return stepUp(this.#resource, auth, more)
  }

  @Post('late')
  @HttpCode(200)
  late(@Caller() who: Who, @Body() content: unknown): string {
    return tellContent(who, content)
  }

  @Post('consumed')
  @HttpCode(200)
  consumed(@Caller() who: Who): string {
    return tell(who)
  }
}
