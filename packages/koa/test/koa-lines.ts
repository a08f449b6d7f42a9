import { createRequire } from 'node:module'
import Koa3 from 'koa'

/** Koa 2 has the same types as far as they are used here. */
const Koa2 = createRequire(import.meta.url)('koa2') as typeof Koa3

/** The two supported major versions of Koa, for `describe.each`. */
export const koaLines: readonly (readonly [name: string, Koa: typeof Koa3])[] = [
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
]
