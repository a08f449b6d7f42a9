import type { AuthFor } from '@aauth-guard/core'
import { AAuthFilter, AAuthGuard, Auth, Unprotected } from '@aauth-guard/nestjs'
import { Controller, Get, Injectable, UseGuards } from '@nestjs/common'
import { ROUTE_ARGS_METADATA } from '@nestjs/common/internal'
import { ExternalContextCreator } from '@nestjs/core'
import { lastValueFrom, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { platforms, serveNest } from './serve-nest.ts'

@Injectable()
class NotesResolver {
  called = 0

  @UseGuards(AAuthGuard)
  list(): number {
    this.called += 1
    return this.called
  }

  @Unprotected()
  mine(@Auth() auth: AuthFor<'auth-token'>): unknown {
    return auth
  }

  @Unprotected()
  about(): string {
    return 'notes'
  }
}

describe.each(platforms)('a context that is not HTTP, beside %s', (platform) => {
  it.each(['graphql', 'ws', 'rpc'])('is refused with a message that says so: %s', async (type) => {
    const { app } = await serveNest(platform, { providers: [NotesResolver] })
    const resolver = app.get(NotesResolver)
    const creator = app.get(ExternalContextCreator)
    const make = (name: 'list' | 'about') =>
      creator.create(
        resolver,
        resolver[name],
        name,
        undefined as never,
        undefined as never,
        undefined,
        undefined,
        undefined,
        type,
      )
    await expect(make('list')({ id: 1 }, {}, { req: {} })).rejects.toThrow(
      `AAuthGuard cannot verify a context of type "${type}", which is not an HTTP request`,
    )
    expect(resolver.called).toBe(0)
    // Somebody wrote that this one needs no guard.
    expect(await make('about')({ id: 1 }, {}, { req: {} })).toBe('notes')
  })
})

describe('outside of HTTP', () => {
  it('the filter passes refusals on, and throws nothing that Nest would not handle', async () => {
    const error = new Error('a refusal')
    const catchIn = (type: string) => new AAuthFilter().catch(error, { getType: () => type } as never)
    expect([catchIn('ws'), catchIn('graphql')]).toEqual([error, error])
    await expect(lastValueFrom(catchIn('rpc') as Observable<unknown>)).rejects.toBe(error)
  })

  it.each(['graphql', 'ws', 'rpc'])('a parameter has no identity: %s', async (type) => {
    const { app } = await serveNest('Express', { providers: [NotesResolver] })
    const resolver = app.get(NotesResolver)
    const params = { exchangeKeyForValue: () => null }
    const handle = app
      .get(ExternalContextCreator)
      .create(
        resolver,
        resolver.mine as (auth: unknown) => unknown,
        'mine',
        ROUTE_ARGS_METADATA,
        params,
        undefined,
        undefined,
        undefined,
        type,
      )
    await expect(handle({ id: 1 }, {}, { req: {} })).rejects.toThrow('are for handlers of HTTP requests')
  })
})

describe('an application without AAuthModule', () => {
  it('does not start with a guard that knows no resource', async () => {
    @Controller('notes')
    class NotesController {
      @Get()
      @UseGuards(AAuthGuard)
      list() {
        return 'notes'
      }
    }
    const { NestFactory } = await import('@nestjs/core')
    class AppModule {}
    const root = { module: AppModule, controllers: [NotesController] }
    await expect(NestFactory.create(root, { logger: false, abortOnError: false })).rejects.toThrow(
      'Protection',
    )
  })
})
