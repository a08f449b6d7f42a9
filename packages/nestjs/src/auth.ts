import type { Caller as AnyCaller, AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { getAuth } from './get-auth.ts'
import { getCaller } from './get-caller.ts'
import { type NestRequest, requestIn } from './http-context.ts'

/** The type of the parameter at an index of a method. */
type ParameterAt<Method, Index extends number> = Method extends (...values: infer Values) => unknown
  ? Values[Index]
  : never

/** A decorator for parameters of handlers that can hold `Value`. The compiler refuses others. */
export type ParameterOf<Value> = <Target, Key extends keyof Target, Index extends number>(
  target: Target,
  key: Key,
  index: [Value] extends [ParameterAt<Target[Key], Index>] ? Index : never,
) => void

interface Asked {
  readonly kind: TokenKind
  readonly options: IdentityOptions<PersonNeed>
}

const authParameter = createParamDecorator(({ kind, options }: Asked, context: ExecutionContext) =>
  getAuth(httpRequestIn(context), kind, options),
)

const callerParameter = createParamDecorator((_: undefined, context: ExecutionContext) =>
  getCaller(httpRequestIn(context)),
)

/**
 * The verified identity, as a parameter of a handler. The compiler checks that the parameter has a type that can hold it,
 * `AuthFor` with the same arguments.
 *
 * The handler is not called if the identity is missing: if no guard ran, if the token is of another kind, if it lacks the
 * person that `person` requires, or if the caller came with a credential other than AAuth. That is a mistake of the
 * application, a `TypeError` that Nest answers with 500. On routes that are `optional` or have an `alternative`, use
 * {@link Caller}.
 *
 * @param kind what the route accepts, default `'auth-token'`; `'person-token'` also returns an auth token of draft 11
 * @param options `{ person: 'required' }` if the requirement has it: then `personKey(auth)` is a string
 * @example
 * ```ts
 * import { type AuthFor, personKey } from '@aauth-guard/core'
 * import { Auth, Protect } from '@aauth-guard/nestjs'
 * import { Controller, Get } from '@nestjs/common'
 *
 * @Controller('notes')
 * export class NotesController {
 *   @Get()
 *   @Protect({ scope: 'notes.read' })
 *   list(@Auth() auth: AuthFor<'auth-token'>) {
 *     return { person: personKey(auth), scopes: auth.scopes }
 *   }
 * }
 * ```
 */
export function Auth<Kind extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(
  kind: Kind = 'auth-token' as Kind,
  options: IdentityOptions<Person> = {},
): ParameterOf<AuthFor<Kind, Person>> {
  return authParameter({ kind, options }) as ParameterOf<AuthFor<Kind, Person>>
}

/**
 * Whoever called, as a parameter of a handler: an `Auth`, an `OtherCaller` on a route with an `alternative`, or
 * `undefined` for a request without a credential on a route that is `optional`. The handler is not called if no guard
 * ran; Nest answers the `TypeError` with 500.
 *
 * @example
 * ```ts
 * import type { Caller as AnyCaller } from '@aauth-guard/core'
 * import { Caller, Protect } from '@aauth-guard/nestjs'
 * import { Controller, Get } from '@nestjs/common'
 *
 * @Controller('notes')
 * export class NotesController {
 *   @Get()
 *   @Protect({ optional: true })
 *   list(@Caller() caller: AnyCaller | undefined) {
 *     return { known: caller !== undefined }
 *   }
 * }
 * ```
 */
export function Caller(): ParameterOf<AnyCaller | undefined> {
  return callerParameter() as ParameterOf<AnyCaller | undefined>
}

function httpRequestIn(context: ExecutionContext): NestRequest {
  const type = context.getType<string>()
  if (type === 'http') return requestIn(context)
  throw new TypeError(`@Auth() and @Caller() are for handlers of HTTP requests, not of type "${type}"`)
}
