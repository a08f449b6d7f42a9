import {
  type Auth,
  answer,
  authorize,
  type PersonNeed,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import {
  assertStillAccepted,
  bindContent,
  type ContentOptions,
  checkRequirement,
  passesPreflight,
  validateGuardOptions,
} from '@aauth-guard/core/adapter'
import { bufferContent, dropMission, keepPrivate, sendNoContent, signedRequest } from '@aauth-guard/core/node'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { fillSlot, remedy } from './get-auth.ts'
import { runParser } from './run-parser.ts'
import { send } from './send.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is calling, verified by `protect`. Read it through `getAuth` to have it typed. */
      readonly aauth?: Auth
    }
  }
}

/** How {@link protect} treats refusals and content. */
export interface GuardOptions extends ContentOptions {
  /** Hand refusals to `next(error)` instead of answering. Put `answerRefusals()` behind the routes then. */
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
 * `AAuth-Mission`, which only asserts, is gone from the request behind it.
 *
 * The signature is checked over the target the client sent, wherever the router is mounted. Content is read only where
 * the signature covers `content-digest`, up to `maxContent` and once the caller is verified; parsers behind the guard
 * find it unread. Answers get `Cache-Control: private` and `Vary` unless the handler sets them. HTTP/1.1 only: Express
 * itself does not run under Node's `http2`.
 *
 * @throws {TypeError} at once when `requirement` or `options` are not well-formed
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
  checkRequirement(resource, requirement)
  const { passErrors, maxContent, parser } = validateGuardOptions(options, [
    'passErrors',
    'maxContent',
    'parser',
  ])
  if (parser !== undefined && typeof parser !== 'function')
    throw new TypeError('"parser" must be a middleware: express.json({ verify: verifyDigest })')
  return (req, res, next) => {
    const request = signedRequest(req)
    if (passesPreflight(resource, request)) {
      dropMission(req)
      sendNoContent(res)
      return next('route')
    }
    authorize(resource, request, requirement, { content: 'later' })
      .then(async (auth) => {
        fillSlot(req, auth)
        const fault = parser && (await runParser(parser, req as Request, res as Response))
        if (fault === undefined && auth !== undefined)
          await bindContent(auth, () => bufferContent(req, maxContent), remedy)
        if (parser !== undefined && fault === undefined && auth !== undefined) await assertStillAccepted(auth)
        dropMission(req)
        keepPrivate(res)
        return fault
      })
      .then(
        (fault: unknown) => next(fault),
        async (error: unknown) => {
          if (!passErrors) return send(res, await answer(error))
          dropMission(req)
          next(error)
        },
      )
      // A rejection that nobody handles would end the process (security Q08).
      .catch(next)
  }
}
