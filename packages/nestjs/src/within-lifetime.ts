import { type Auth, lifetimeOf } from '@aauth-guard/core'
import { type MonoTypeOperatorFunction, Observable } from 'rxjs'

/**
 * An operator that completes a stream, such as that of an `@Sse` handler, when the token of its caller expires, when it is
 * revoked, or when its mission is terminated: as `lifetimeOf` says. It begins when NestJS subscribes, and ends with the
 * connection.
 *
 * @param auth the identity of the request, from `@Auth` or `getAuth`, not a copy
 * @example
 * ```ts
 * import type { AuthFor } from '@aauth-guard/core'
 * import { Auth, withinLifetime } from '@aauth-guard/nestjs'
 * import { Controller, type MessageEvent, Sse } from '@nestjs/common'
 * import { interval, map, type Observable } from 'rxjs'
 *
 * @Controller('ticks')
 * export class TicksController {
 *   @Sse()
 *   ticks(@Auth() auth: AuthFor<'auth-token'>): Observable<MessageEvent> {
 *     return interval(1000).pipe(
 *       map((tick) => ({ data: { tick } })),
 *       withinLifetime(auth),
 *     )
 *   }
 * }
 * ```
 */
export function withinLifetime<Value>(auth: Auth): MonoTypeOperatorFunction<Value> {
  return (source) =>
    new Observable<Value>((subscriber) => {
      const lifetime = lifetimeOf(auth)
      const { signal } = lifetime
      const complete = (): void => subscriber.complete()
      signal.addEventListener('abort', complete, { once: true })
      subscriber.add(() => {
        signal.removeEventListener('abort', complete)
        lifetime[Symbol.dispose]()
      })
      if (signal.aborted) complete()
      else source.subscribe(subscriber)
    })
}
