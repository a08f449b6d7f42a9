import type { Resource } from '@aauth-guard/core'
import { rememberContent } from '@aauth-guard/core/node'
import { answerRefusals, protect, wellKnown } from '@aauth-guard/express'
import express, { type Express, type RequestHandler } from 'express'
import type { ServedRoute } from '../managed/served-routes.ts'
import { sendHeld } from './send-held.ts'

/** Every route answers any method with 200 and what the guard found. */
export function expressApp(resource: Resource, routes: readonly ServedRoute[]): Express {
  const app = express()
  app.disable('x-powered-by')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.use(wellKnown(resource))
  for (const { path, held } of routes)
    if (held !== undefined) app.all(literal(path), (req, res) => sendHeld(held, req, res))
  app.use(keepContent)
  for (const { path, require: requirement, greet } of routes) {
    app.all(literal(path), protect(resource, requirement), async (req, res) => {
      if (req.aauth !== undefined) await greet?.(req.aauth)
      res.json({ auth: req.aauth ?? null })
    })
  }
  app.use(answerRefusals())
  return app
}

/** Keeps the content as it was sent, so that the guards compare it with a covered digest. */
const keepContent: RequestHandler = (req, _res, next) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    rememberContent(req, Buffer.concat(chunks))
    next()
  })
}

/** The pattern of Express that matches `path` and nothing else. */
function literal(path: string): string {
  return path.replace(/[\\{}()[\]+?!:*]/g, '\\$&')
}
