import type { Console } from '@aauth-guard/console'
import { nodeHandler } from '@aauth-guard/console/node'
import express, { type Express } from 'express'

/** An app whose operators have the console at `/admin/console/`. */
export function expressApp(console: Console): Express {
  const app = express()
  app.use('/admin/console', nodeHandler(console))
  app.use((_req, res) => void res.status(404).send('not the console'))
  return app
}
