/**
 * The part of the Workers API that this example uses. In a project of your own, `wrangler types` generates the whole of
 * it, and you do not need this file.
 */
declare module 'cloudflare:workers' {
  type SqlValue = ArrayBuffer | string | number | null

  /** Rows of a query. */
  interface SqlCursor<Row> {
    toArray(): Row[]
  }

  export interface SqlStorage {
    exec<Row extends Record<string, SqlValue>>(query: string, ...bindings: unknown[]): SqlCursor<Row>
  }

  export interface DurableObjectState {
    readonly storage: {
      readonly sql: SqlStorage
      transactionSync<T>(run: () => T): T
    }
  }

  export abstract class DurableObject<Env = unknown> {
    protected readonly ctx: DurableObjectState
    protected readonly env: Env
    constructor(ctx: DurableObjectState, env: Env)
  }

  /** Makes stubs, on which the methods of the object return promises. */
  export interface DurableObjectNamespace<Type> {
    getByName(name: string): {
      [Method in keyof Type]: Type[Method] extends (...parameters: infer Parameters) => infer Result
        ? (...parameters: Parameters) => Promise<Result>
        : never
    }
  }

  /** Lets the current request go on until the promise has settled. */
  export function waitUntil(promise: Promise<unknown>): void

  /** The bindings of `wrangler.jsonc`. */
  export const env: {
    readonly STATE: DurableObjectNamespace<import('./state-object.ts').StateObject>
  }
}
