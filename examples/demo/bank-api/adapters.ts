import type { RequestListener } from 'node:http'
import type { Adapter } from '../runs-api/adapters.ts'
import type { Bank } from './bank.ts'
import { bankApi as express } from './express.ts'
import { bankApi as fetch } from './fetch.ts'
import { bankApi as hono } from './hono.ts'
import { bankApi as koa } from './koa.ts'

/** The API of the bank, once on each adapter. */
export const bankAdapters: Readonly<Record<Adapter, (bank: Bank) => RequestListener>> = {
  express,
  koa,
  hono,
  fetch,
}
