import {
  type Auth,
  answer,
  type PersonNeed,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import { type ContentOptions, validateGuardOptions, validateRequirement } from '@aauth-guard/core/adapter'
import {
  guardMessage,
  type PassedMessage,
  passPreflight,
  removeMissionHeader,
  signedRequest,
} from '@aauth-guard/core/node'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { slot } from './get-auth.ts'
import { runParser } from './run-parser.ts'
import { send } from './send.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is calling, verified by `protect`. Use `getAuth` to read it with its type. */
      readonly aauth?: Auth
    }
  }
}

/** How {@link protect} treats refusals and content. */
export interface GuardOptions extends ContentOptions {
  /** Passes refusals to `next(error)` instead of answering them. Then mount `answerRefusals()` after the routes. */
  readonly passErrors?: boolean
  /**
   * A body parser that the guard runs itself, made with `verify: verifyDigest`. The parser reads the content in place
   * of the guard, so the limit of the parser holds and the content is not kept twice. The guard passes the request on
   * only when `verifyDigest` has compared a covered digest. What the parser leaves unread, the guard compares as usual.
   */
  readonly parser?: RequestHandler
}

/** Generic in what Express infers from the path, so that `req.params` stays typed behind the guard. */
export type ProtectHandler = <P, ResBody, ReqBody, Query, Locals extends Record<string, unknown>>(
  req: Request<P, ResBody, ReqBody, Query, Locals>,
  res: Response<ResBody, Locals>,
  next: NextFunction,
) => void

/**
 * Guards everything behind it: verifies the request and checks it against `requirement`, puts the identity on
 * `req.aauth`, and answers every refusal itself with the headers that agents depend on.
 *
 * Handlers behind the guard do not see `AAuth-Mission`, which the agent only asserts.
 *
 * The signature is verified over the target that the client sent, wherever the router is mounted. Content is read only where
 * the signature covers `content-digest`, up to `maxContent` and once the caller is verified; parsers behind the guard
 * find it unread. Answers get `Cache-Control: private` and `Vary` unless the handler sets them. HTTP/1.1 only: Express
 * itself does not run under Node's `http2`.
 *
 * @throws {TypeError} at once if `requirement` or `options` are malformed
 * @example
 * ```ts
 * import { createResource, personKey } from '@aauth-guard/core'
 * import { getAuth, protect } from '@aauth-guard/express'
 * import express from 'express'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const app = express()
 * app.get('/notes/:id', protect(resource), (req, res) => {
 *   const auth = getAuth(req, 'auth-token')
 *   res.json({ id: req.params.id, person: personKey(auth), scopes: auth.scopes })
 * })
 * ```
 */
export function protect<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(
  resource: Resource,
  requirement: Requirement<Accept, boolean, Person> = {},
  options: GuardOptions = {},
): ProtectHandler {
  validateRequirement(resource, requirement)
  const { passErrors, maxContent, parser } = validateGuardOptions(options, [
    'passErrors',
    'maxContent',
    'parser',
  ])
  if (parser !== undefined && typeof parser !== 'function')
    throw new TypeError('"parser" must be a middleware: express.json({ verify: verifyDigest })')
  return (req, res, next) => {
    const guarded = { message: req, response: res, request: signedRequest(req) }
    if (passPreflight(resource, guarded)) return next('route')
    const parse = parser && (() => runParser(parser, req as Request, res as Response))
    const pass = ({ auth, fault }: PassedMessage): void => {
      // Not enumerable, so that loggers do not read it.
      if (auth !== undefined) slot.show(req, 'aauth', auth, false)
      next(fault)
    }
    const refuse = async (error: unknown): Promise<void> => {
      if (!passErrors) return send(res, await answer(error))
      removeMissionHeader(req)
      next(error)
    }
    let passed: PassedMessage | Promise<PassedMessage>
    try {
      passed = guardMessage(guarded, { resource, requirement, slot, maxContent, parse })
    } catch (error) {
      // An unhandled rejection would terminate the process (Q08).
      refuse(error).catch(next)
      return
    }
    if (passed instanceof Promise) passed.then(pass, refuse).catch(next)
    else pass(passed)
  }
}
