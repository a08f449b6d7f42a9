import {
  type Auth,
  answer,
  authorize,
  checkRequirement,
  passesPreflight,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import { dropMission, keepPrivate, sendNoContent, signedRequest } from '@aauth-guard/core/node'
import type { NextFunction, Request, Response } from 'express'
import { fillSlot } from './get-auth.ts'
import { send } from './send.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is calling, verified by `protect`. Read it through `getAuth` to have it typed. */
      readonly aauth?: Auth
    }
  }
}

/** How {@link protect} treats a refusal. */
export interface GuardOptions {
  /** Hand refusals to `next(error)` instead of answering. Put {@link answerRefusals} behind the routes then. */
  readonly passErrors?: boolean
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
 * The signature is checked over the target the client sent, wherever the router is mounted. Answers get
 * `Cache-Control: private` and `Vary` unless the handler sets them. HTTP/1.1 only: Express itself does not run
 * under Node's `http2`.
 *
 * @throws {TypeError} at once when `requirement` is not well-formed
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { getAuth, protect } from '@aauth-guard/express'
 * import express from 'express'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const app = express()
 * app.get('/notes/:id', protect(resource), (req, res) => {
 *   const { sub, scopes } = getAuth(req, 'auth-token')
 *   res.json({ id: req.params.id, sub, scopes })
 * })
 * ```
 */
export function protect<Accept extends TokenKind = 'auth-token'>(
  resource: Resource,
  requirement: Requirement<Accept> = {},
  options: GuardOptions = {},
): ProtectHandler {
  checkRequirement(resource, requirement)
  return (req, res, next) => {
    const request = signedRequest(req)
    if (passesPreflight(resource, request)) {
      dropMission(req)
      sendNoContent(res)
      return next('route')
    }
    authorize(resource, request, requirement)
      .then((auth) => {
        fillSlot(req, auth)
        dropMission(req)
        keepPrivate(res)
      })
      .then(
        () => next(),
        (error: unknown) => {
          if (!options.passErrors) return send(res, answer(error))
          dropMission(req)
          next(error)
        },
      )
      // A rejection that nobody handles would end the process (security Q08).
      .catch(next)
  }
}
