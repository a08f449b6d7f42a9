import type { Middleware } from 'koa'

/** Answers with what was thrown behind it, as text. */
export const tellError: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    ctx.status = 500
    ctx.body = String(error)
  }
}
