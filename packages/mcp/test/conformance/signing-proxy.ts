import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'

/** Headers that belong to one connection, or are made anew. */
const own: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
])

/**
 * A server that signs what it is sent and passes it on with `send`, for clients that cannot sign.
 *
 * @returns its URL
 */
export async function signingProxy(send: typeof fetch): Promise<string> {
  const pass: RequestListener = async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts).toString('utf8')
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && !own.has(name) ? [[name, value]] : [],
    )
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const { method = 'GET' } = request
    const init = { method, headers, signal: gone.signal, ...(body !== '' && { body }) }
    try {
      const answer = await send('https://notes.example/mcp', init)
      const passed = [...answer.headers].filter(([name]) => !own.has(name))
      response.writeHead(answer.status, Object.fromEntries(passed))
      if (answer.body === null) response.end()
      else
        Readable.fromWeb(answer.body as never)
          .on('error', () => response.destroy())
          .pipe(response)
    } catch {
      response.destroy()
    }
  }
  const server = createServer(pass)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}
