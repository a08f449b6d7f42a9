import { Agent, createServer, request as httpRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendNoContent } from '@aauth-guard/core/node'
import { expect, it, onTestFinished } from 'vitest'

const text = '{"error":"no"}'
const length = String(text.length)

it.each<[how: string, answers: (response: ServerResponse) => void]>([
  ['end', (response) => response.end(text)],
  ['setHeader', (response) => response.setHeader('Content-Length', length).end(text)],
  ['writeHead', (response) => response.writeHead(405, { 'Content-Length': length, allow: 'POST' }).end(text)],
  [
    'writeHead with a reason and a list',
    (response) => {
      response.writeHead(405, 'No', ['content-length', length, 'Content-Type', 'a/b', 'allow', 'POST'])
      response.write(text)
      response.end()
    },
  ],
])(
  'an answer by %s has no content, and the next one on its connection is not taken for it',
  async (_, answers) => {
    const server = createServer((request, response) => {
      if (request.method !== 'OPTIONS') {
        response.end('next')
        return
      }
      sendNoContent(response)
      answers(response)
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      agent.destroy()
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const ask = (method: string) =>
      new Promise<readonly unknown[]>((resolve, reject) => {
        const sent = httpRequest({ port, host: '127.0.0.1', method, agent }, async (response) => {
          const { localPort } = response.socket
          let content = ''
          for await (const part of response.setEncoding('utf8')) content += part
          resolve([response.headers['content-type'], localPort, content])
        })
        sent.on('error', reject).end()
      })
    const [type, connection, content] = await ask('OPTIONS')
    expect([type, content]).toEqual([undefined, ''])
    expect(await ask('GET')).toEqual([undefined, connection, 'next'])
  },
)
