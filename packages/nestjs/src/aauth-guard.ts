import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common'
import { Protection } from './protection.ts'

/**
 * Verifies a request and checks it against the requirement of its route: that of `@Protect` on the method, or else on the
 * class, or else of `AAuthModule.forRoot`. It lets routes with `@Unprotected` pass. Refusals are answered with the headers
 * that agents depend on, whatever exception filters the application has.
 *
 * `AAuthModule.forRoot` makes it the guard of all routes, and `@Protect` brings it along. You name it yourself only with
 * `global: false`: in `@UseGuards(AAuthGuard)`, or as `APP_GUARD`. A request that several of them guard is decided once.
 *
 * The signature is verified over the target that the client sent, whatever the global prefix, the version and the path of the
 * controller. Handlers behind the guard do not see `AAuth-Mission`, which the agent only asserts; middleware runs in
 * front of guards and does. Answers get `Cache-Control: private` and `Vary` unless the handler sets them.
 *
 * NestJS parses content before guards run. The guard compares it with a covered `content-digest` before the handler runs,
 * up to `maxContent`, over the octets that were sent.
 *
 * It throws a `TypeError` for what is not an HTTP request: events of WebSockets, messages of microservices and fields of
 * GraphQL carry no signature of their own.
 */
export class AAuthGuard implements CanActivate {
  readonly #protection: Protection

  constructor(protection: Protection) {
    this.#protection = protection
  }

  /** For Nest. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.#protection.routeOf(context.getHandler(), context.getClass())
    if (route === false) return true
    const type = context.getType<string>()
    if (type !== 'http')
      throw new TypeError(
        `AAuthGuard cannot verify a context of type ${JSON.stringify(type)}, which is not an HTTP request: guard what opens it, or put @Unprotected() on ${context.getClass().name}.${context.getHandler().name}`,
      )
    await this.#protection.enforce(route, context)
    return true
  }
}
Injectable()(AAuthGuard)
Inject(Protection)(AAuthGuard, undefined, 0)
