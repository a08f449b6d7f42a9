import { Caller, Protect } from '@aauth-guard/nestjs'
import {
  All,
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Inject,
  type NestInterceptor,
  NotFoundException,
  Options,
  Post,
  UseInterceptors,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { corsFields } from '../../api.ts'
import { tell, type Who } from './tell.ts'

/** The fields of CORS, behind the guard as in other frameworks. */
class CorsFields implements NestInterceptor {
  readonly #host: HttpAdapterHost

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host
  }

  intercept(context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    for (const [name, value] of Object.entries(corsFields))
      this.#host.httpAdapter.setHeader(context.switchToHttp().getResponse(), name, value)
    return next.handle()
  }
}

@Controller('cors')
@Protect()
@UseInterceptors(CorsFields)
export class CorsController {
  @Options('x')
  @HttpCode(204)
  preflight(): void {}

  @Post('x')
  @HttpCode(200)
  post(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('x')
  x(@Caller() who: Who): string {
    return tell(who)
  }

  @Options('leaky')
  leaky(): string {
    return 'the notes of somebody'
  }

  @Get('leaky')
  read(): string {
    return 'the notes of somebody'
  }

  @All('*')
  nowhere(): never {
    throw new NotFoundException('nothing here')
  }
}
