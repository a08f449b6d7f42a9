import type { ErrorRequestHandler } from 'express'

/** Answers with what a handler threw, as text. */
export const tellError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(500).type('text').send(String(error))
}
