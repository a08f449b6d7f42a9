/**
 * Serves an Express app under Node's `http2`, sends one request, and writes the outcome as a line of JSON.
 * A process of its own, because Express crashes it.
 */
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { RequestHandler } from 'express'
import { expressLines } from './express-lines.ts'

const [, express] = expressLines.find(([name]) => name === process.argv[2]) ?? []
if (express === undefined) throw new TypeError('usage: http2-host.ts "Express 5"')

let middlewareRan = false
const report = (outcome: unknown): never => {
  process.stdout.write(`${JSON.stringify({ middlewareRan, outcome })}\n`)
  process.exit(0)
}
const middleware: RequestHandler = (_req, res) => {
  middlewareRan = true
  res.end()
}
process.on('uncaughtException', ({ name }) => report(name))

const server = http2.createServer(express().use(middleware) as never)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const stream = http2.connect(`http://127.0.0.1:${port}`).request({ ':path': '/' })
  stream.on('response', (headers) => report(headers[':status']))
  stream.end()
})
