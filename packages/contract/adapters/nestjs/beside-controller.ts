import type { Resource } from '@aauth-guard/core'
import { Caller, getAuth, type NestRequest, Protect, requireGrant } from '@aauth-guard/nestjs'
import { All, Controller, Get, Inject, Req, UseGuards } from '@nestjs/common'
import { grant } from '../../api.ts'
import { besides, besideText, toolsText } from '../../beside.ts'
import { resourceToken, type Who } from './tell.ts'

@Controller('beside')
export class BesideController {
  readonly #resource: Resource

  constructor(@Inject(resourceToken) resource: Resource) {
    this.#resource = resource
  }

  @All('key')
  @Protect(besides['/beside/key'])
  key(@Caller() who: Who): string {
    return besideText(who)
  }

  @All('bearer')
  @Protect(besides['/beside/bearer'])
  bearer(@Caller() who: Who): string {
    return besideText(who)
  }

  @All('open')
  @Protect(besides['/beside/open'])
  open(@Caller() who: Who): string {
    return besideText(who)
  }

  @All('ended')
  @Protect(besides['/beside/ended'])
  ended(@Caller() who: Who): string {
    return besideText(who)
  }

  @All('exempt')
  @Protect(besides['/beside/exempt'])
  exempt(@Caller() who: Who): string {
    return besideText(who)
  }

  @All('twice')
  @Protect()
  twice(@Caller() who: Who): string {
    return besideText(who)
  }

  @Get('runs')
  @UseGuards(requireGrant(() => grant))
  @Protect(besides['/beside/runs'])
  runs(@Caller() who: Who): string {
    return besideText(who)
  }

  @Get('tools')
  @Protect(besides['/beside/tools'])
  tools(@Caller() who: Who, @Req() request: NestRequest): string {
    return toolsText(this.#resource, who, () => getAuth(request, 'auth-token'))
  }
}
