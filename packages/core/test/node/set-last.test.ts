import { createServer, type RequestListener, request, type ServerResponse } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { setLast } from '../../src/node/answer-headers.ts'

const own = [
  ['aauth-access', 'own'],
  ['cache-control', 'no-store'],
] as const

type Answering = readonly [how: string, answers: (response: ServerResponse) => void]

function endEmpty(res: ServerResponse): void {
  res.setHeader('cache-control', 'public')
  res.end()
}

function endWithText(res: ServerResponse): void {
  res.setHeader('AAuth-Access', 'other')
  res.end('text')
}

function writeTwice(res: ServerResponse): void {
  res.write('te')
  res.end('xt')
}

function flush(res: ServerResponse): void {
  res.setHeader('cache-control', 'public')
  res.flushHeaders()
  res.end()
}

const answers: readonly Answering[] = [
  ['end without content', endEmpty],
  ['end with content', endWithText],
  ['write', writeTwice],
  ['writeHead', (res) => res.writeHead(200, { 'Cache-Control': 'public', 'AAuth-Access': 'other' }).end()],
  ['a flush', flush],
]
const lists: readonly Answering[] = [
  ['writeHead with a list', (res) => res.writeHead(200, 'OK', ['Cache-Control', 'public']).end()],
  ['writeHead with pairs', (res) => res.writeHead(200, [['Cache-Control', 'public']] as never).end()],
]

function listening(made: Server): Promise<number> {
  onTestFinished(() => void made.close())
  return new Promise<number>((resolve) => {
    made.listen(0, '127.0.0.1', () => resolve((made.address() as AddressInfo).port))
  })
}

function listener(answer: (response: ServerResponse) => void): RequestListener {
  return (_, response) => {
    setLast(response, () => own)
    answer(response)
  }
}

it.each([...answers, ...lists])(
  'fields go out once, in place of those of the handler: %s',
  async (_, answer) => {
    const port = await listening(createServer(listener(answer)))
    const raw = await new Promise<string[]>((resolve, reject) => {
      request({ port, host: '127.0.0.1', agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.rawHeaders))
      })
        .on('error', reject)
        .end()
    })
    const sent = raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1]]] : []))
    expect(sent.filter(([name]) => own.some(([mine]) => mine === name)).sort()).toEqual(own)
  },
)

it.each(answers)('fields go out over HTTP/2 as well: %s', async (_, answer) => {
  const port = await listening(createHttp2Server(listener(answer as never) as never) as unknown as Server)
  const session = connect(`http://127.0.0.1:${port}`)
  onTestFinished(() => session.close())
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const stream = session.request({ ':path': '/' })
    stream.on('response', resolve).on('error', reject).resume()
  })
  expect(headers).toMatchObject(Object.fromEntries(own))
})

it('an answer without such fields stays as the handler made it', async () => {
  const server = createServer((_, response) => {
    setLast(response, () => [])
    response.writeHead(200, { 'cache-control': 'public' }).end()
  })
  const port = await listening(server)
  const { headers } = await fetch(`http://127.0.0.1:${port}`)
  expect([headers.get('cache-control'), headers.get('aauth-access')]).toEqual(['public', null])
})
