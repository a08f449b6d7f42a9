/**
 * A resource that test suites of other implementations can be pointed at:
 * `npx pnpm@12 --silent target CONFIG.json` prints `{"listening":"http://127.0.0.1:PORT"}` and serves until SIGTERM.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResource } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/express'
import express from 'express'
import { readConfig } from './config.ts'
import { dialer } from './dial.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new TypeError('usage: target CONFIG.json')

const { port, origins, routes, resource: options } = readConfig(file)
const resource = createResource({
  ...options,
  fetch: dialer(origins),
  onRefusal: (error, request) =>
    console.error(`${request.method} ${request.target}: ${error.code}: ${error.hint ?? ''}`),
})

const app = express()
app.disable('x-powered-by')
app.use(wellKnown(resource))
for (const { path, require: requirement } of routes) {
  app.all(path, requirement ? protect(resource, requirement) : protect(resource), (req, res) => {
    res.json({ auth: req.aauth ?? null })
  })
}

const server = createServer(app)
server.listen(port, '127.0.0.1', () => {
  const { port: bound } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${bound}` })}\n`)
})

process.on('SIGTERM', () => {
  resource.close()
  server.close(() => process.exit(0))
  server.closeAllConnections()
})
