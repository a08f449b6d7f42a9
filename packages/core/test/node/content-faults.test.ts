import type { IncomingMessage } from 'node:http'
import { createServer as createHttp2Server, connect as http2Connect } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { bufferContent } from '@aauth-guard/core/node'
import { listen } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

const head = 'POST /notes HTTP/1.1\r\nHost: notes.example\r\n'

/** The result of `answer` for the requests in `octets`; resolves when `answer` does. */
async function receive<T>(octets: string, answer: (message: IncomingMessage) => Promise<T>): Promise<T> {
  let settle: (outcome: Promise<T>) => void = () => undefined
  const outcome = new Promise<T>((resolve) => {
    settle = resolve
  })
  const server = await listen((req, res) => {
    settle(answer(req).finally(() => res.destroy()))
  })
  onTestFinished(() => server.close())
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(octets))
  socket.on('error', () => undefined)
  onTestFinished(() => {
    socket.destroy()
  })
  return outcome
}

const codeOf = (reading: Promise<unknown>): Promise<unknown> =>
  reading.then(
    () => 'read',
    ({ code }) => code,
  )

describe('content that cannot be read', () => {
  it('ends the wait when the client disconnects meanwhile [Q10]', async () => {
    const code = await receive(`${head}Content-Length: 10\r\n\r\nhalf`, (message) => {
      const reading = bufferContent(message, 100)
      message.once('readable', () => message.socket.destroy())
      return codeOf(reading)
    })
    expect(code).toBe('invalid_request')
  })

  it('is not waited for when the client had disconnected before [Q10]', async () => {
    const code = await receive(`${head}Content-Length: 10\r\n\r\nhalf`, async (message) => {
      message.on('error', () => undefined)
      const gone = new Promise((resolve) => message.once('close', resolve))
      message.socket.destroy()
      await gone
      const waiting = new Promise((resolve) => setImmediate(resolve, 'still waiting'))
      return Promise.race([codeOf(bufferContent(message, 100)), waiting])
    })
    expect(code).toBe('invalid_request')
  })

  it('is refused as soon as it exceeds the limit, before all of it has arrived [N09]', async () => {
    const code = await receive(`${head}Content-Length: 1000000000\r\n\r\n${'x'.repeat(101)}`, (message) =>
      codeOf(bufferContent(message, 100)),
    )
    expect(code).toBe('content_too_large')
  })

  it('is left alone while another reader listens to it', async () => {
    const outcome = await receive(`${head}Content-Length: 4\r\n\r\nnote`, async (message) => {
      let heard = ''
      message.on('data', (chunk) => {
        heard += chunk
      })
      const buffered = await bufferContent(message, 100)
      await new Promise((resolve) => message.on('end', resolve))
      return [buffered, heard]
    })
    expect(outcome).toEqual([undefined, 'note'])
  })
})

it('content over HTTP/2 is read once and can be read again by the next reader', async () => {
  const server = createHttp2Server(async (req, res) => {
    const buffered = await bufferContent(req as unknown as IncomingMessage, 100_000)
    let found = ''
    for await (const chunk of req) found += chunk
    res.end(JSON.stringify([buffered?.length, found.length]))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const session = http2Connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    session.close()
    server.close()
  })
  const answers = [0, 1, 99_999].map(
    (length) =>
      new Promise((resolve) => {
        const stream = session.request({ ':method': 'POST' })
        let text = ''
        stream.on('data', (chunk) => {
          text += chunk
        })
        stream.on('end', () => resolve(JSON.parse(text)))
        stream.end(Buffer.alloc(length))
      }),
  )
  expect(await Promise.all(answers)).toEqual([
    [0, 0],
    [1, 1],
    [99_999, 99_999],
  ])
})
