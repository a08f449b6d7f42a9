/** Serves the stores over HTTP, for the checks of their contracts. */
import { env } from 'cloudflare:workers'
import { StateObject as Tested } from '../state-object.ts'
import { durableObjectStores, type StoreOptions } from '../stores.ts'

/** Milliseconds by which the clock of the objects is ahead. */
let ahead = 0

/** The object with a clock that can be set. */
export class StateObject extends Tested {
  override now(): number {
    return super.now() + ahead
  }

  advance(milliseconds: number): void {
    ahead += milliseconds
  }
}

const objects = env.STATE as DurableObjectNamespace<StateObject>

/** A call of a store, as JSON. */
export interface StoreCall {
  readonly options: StoreOptions
  readonly kind: keyof ReturnType<typeof durableObjectStores>
  readonly method: string
  readonly parameters: readonly unknown[]
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/advance') {
      await objects.getByName('any').advance(Number(searchParams.get('milliseconds')))
      return new Response(null, { status: 204 })
    }
    const { options, kind, method, parameters } = (await request.json()) as StoreCall
    const store = durableObjectStores(objects, options)[kind] as unknown as Record<
      string,
      (...given: readonly unknown[]) => Promise<unknown>
    >
    try {
      return Response.json({ value: await store[method]?.(...parameters) })
    } catch (error) {
      return Response.json({ error: String(error) }, { status: 500 })
    }
  },
}
