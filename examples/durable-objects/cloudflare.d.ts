/**
 * The part of the Workers API that this example uses. In a project of your own, `wrangler types` generates the whole of
 * it, and you do not need this file.
 */
interface SqlStorage {
  exec<Row extends Record<string, ArrayBuffer | string | number | null>>(
    query: string,
    ...bindings: unknown[]
  ): { toArray(): Row[] }
}

interface DurableObjectState {
  readonly storage: {
    readonly sql: SqlStorage
    transactionSync<T>(run: () => T): T
  }
}

/** Makes stubs, on which the methods of the object return promises. */
interface DurableObjectNamespace<Type> {
  getByName(name: string): {
    [Method in keyof Type]: Type[Method] extends (...parameters: infer Parameters) => infer Result
      ? (...parameters: Parameters) => Promise<Result>
      : never
  }
}

declare namespace Cloudflare {
  /** The bindings of `wrangler.jsonc`. */
  interface Env {
    readonly STATE: DurableObjectNamespace<import('./state-object.ts').StateObject>
  }
}

declare module 'cloudflare:workers' {
  export abstract class DurableObject<Env = unknown> {
    protected readonly ctx: DurableObjectState
    protected readonly env: Env
    constructor(ctx: DurableObjectState, env: Env)
  }

  export const env: Cloudflare.Env

  /** Lets the current request go on until the promise has settled. */
  export function waitUntil(promise: Promise<unknown>): void
}
