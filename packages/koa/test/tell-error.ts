import type { Middleware } from 'koa'

/** Answers with the error that is thrown behind it, as text. */
export const tellError: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    ctx.status = 500
    ctx.body = String(error)
  }
}
