import { isAAuthError } from '@aauth-guard/core'
import type { Request, RequestHandler, Response } from 'express'

/**
 * Runs a body parser inside a guard.
 *
 * @returns what the parser passes to `next`: the fault of a parser, which the application answers, or `undefined`
 * @throws {AAuthError} what `verifyDigest` refuses, which the guard answers
 */
export function runParser(parser: RequestHandler, req: Request, res: Response): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const next = (fault?: unknown): void => (isAAuthError(fault) ? reject(fault) : resolve(fault))
    try {
      parser(req, res, next)
    } catch (fault) {
      next(fault)
    }
  })
}
