/** Under Node, but for `hono-bun`. */
export const frameworks = ['express', 'koa', 'hono', 'hono-bun'] as const
export type Framework = (typeof frameworks)[number]
