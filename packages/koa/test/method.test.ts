import { serve, verdictOf, withLines } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/koa'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'

/** The behaviour of the `koa-methodoverride` package with its default header. */
const methodOverride: Middleware = (ctx, next) => {
  const override = ctx.get('x-http-method-override')
  if (override !== '') ctx.method = override
  return next()
}
const override = withLines(['x-http-method-override', 'DELETE'])
const nothing: Middleware = (ctx) => {
  ctx.status = 204
}

describe.each(koaLines)('the request method on %s', (_, Koa) => {
  it('that was overridden before the guard must be the signed one [E06]', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa().use(methodOverride).use(protect(resource)).use(nothing).callback(),
    )
    expect(await verdictOf(await send({ method: 'POST', onTheWay: override }))).toEqual([
      401,
      'invalid_signature',
    ])
  })

  it('that was overridden behind a guard is verified again by the next one [E06]', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa().use(protect(resource)).use(methodOverride).use(protect(resource)).use(nothing).callback(),
    )
    expect(await verdictOf(await send({ method: 'POST', onTheWay: override }))).toEqual([
      401,
      'invalid_signature',
    ])
  })
})
