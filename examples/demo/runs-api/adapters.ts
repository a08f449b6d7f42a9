import { runsApi as express } from './express.ts'
import { runsApi as fetch } from './fetch.ts'
import { runsApi as hono } from './hono.ts'
import { runsApi as koa } from './koa.ts'

/** The API of runs, once on each adapter. */
export const adapters = { express, koa, hono, fetch } as const

export type Adapter = keyof typeof adapters

/** @throws {RangeError} for a name that is none of an adapter */
export function adapterNamed(name: string): Adapter {
  if (Object.hasOwn(adapters, name)) return name as Adapter
  throw new RangeError(`there is no adapter ${name}, only ${Object.keys(adapters).join(', ')}`)
}
