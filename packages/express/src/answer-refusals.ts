import { answer, isAAuthError } from '@aauth-guard/core'
import type { ErrorRequestHandler } from 'express'
import { send } from './send.ts'

/**
 * Error middleware that answers refusals: what handlers refuse with `stepUp`, what `verifyDigest` refuses, and what
 * `protect(…, { passErrors: true })` passes on. It passes all other errors to the next error handler.
 */
export function answerRefusals(): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (!isAAuthError(error) || res.headersSent) return next(error)
    answer(error)
      .then((answered) => send(res, answered))
      .catch(next)
  }
}
