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
    // Express 5 lets a middleware return a promise, whose rejection would end the process if nobody heard it.
    const run = async (): Promise<unknown> => parser(req, res, next)
    run().catch(next)
  })
}
