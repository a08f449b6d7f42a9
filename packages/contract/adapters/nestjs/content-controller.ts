import { Readable } from 'node:stream'
import type { Auth as AnyAuth } from '@aauth-guard/core'
import { Caller, Protect } from '@aauth-guard/nestjs'
import { Body, Controller, Headers, HttpCode, Post, Req } from '@nestjs/common'
import { demands, formFields, streamText } from '../../api.ts'
import { tell, tellContent, type Who } from './tell.ts'

/** The message of Express itself, or the request of Fastify around it. */
type AnyRequest = Readable & { readonly raw?: Readable }

@Controller('body')
@Protect(demands.anyone)
export class ContentController {
  @Post('json')
  @HttpCode(200)
  json(@Caller() who: Who, @Body() content: unknown): string {
    return tellContent(who, content)
  }

  @Post('form')
  @HttpCode(200)
  form(@Caller() who: Who, @Body() content: unknown): string {
    return tellContent(who, content)
  }

  @Post('text')
  @HttpCode(200)
  text(@Caller() who: Who, @Body() content: unknown): string {
    return tellContent(who, content)
  }

  @Post('multipart')
  @HttpCode(200)
  async multipart(
    @Caller() who: Who,
    @Body() content: Buffer | Readable,
    @Headers('content-type') type = '',
  ): Promise<string> {
    const body = content instanceof Readable ? (Readable.toWeb(content) as ReadableStream) : content
    const form = await new Response(body as Buffer<ArrayBuffer>, {
      headers: { 'content-type': type },
    }).formData()
    return tellContent(who, formFields(form))
  }

  @Post('stream')
  @HttpCode(200)
  stream(@Caller() who: Who, @Req() request: AnyRequest): Promise<string> {
    return streamText(who as AnyAuth | undefined, request.raw ?? request)
  }

  @Post('unread')
  @HttpCode(200)
  unread(@Caller() who: Who): string {
    return tell(who)
  }
}
