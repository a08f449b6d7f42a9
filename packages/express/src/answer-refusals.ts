import { answer, isAAuthError } from '@aauth-guard/core'
import type { ErrorRequestHandler } from 'express'
import { send } from './send.ts'

/**
 * Error middleware that answers refusals handed on by `protect(…, { passErrors: true })` and `verifyDigest`, and
 * passes everything else along.
 */
export function answerRefusals(): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (isAAuthError(error) && !res.headersSent) send(res, answer(error))
    else next(error)
  }
}
