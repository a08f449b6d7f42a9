import type { Resource } from '@aauth-guard/core'
import { rememberContent } from '@aauth-guard/core/node'
import { protect, wellKnown } from '@aauth-guard/express'
import express, { type Express, type RequestHandler } from 'express'
import type { TargetRoute } from '../config.ts'

/** Every route answers any method with 200 and what the guard found. */
export function expressApp(resource: Resource, routes: readonly TargetRoute[]): Express {
  const app = express()
  app.disable('x-powered-by')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.use(wellKnown(resource))
  app.use(keepContent)
  for (const { path, require: requirement } of routes) {
    app.all(literal(path), protect(resource, requirement), (req, res) => {
      res.json({ auth: req.aauth ?? null })
    })
  }
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
