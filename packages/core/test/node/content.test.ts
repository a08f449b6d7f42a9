import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { isAAuthError } from '@aauth-guard/core'
import { bufferContent } from '@aauth-guard/core/node'
import { createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const limit = 200_000
const hash = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

let net: TestNetwork
let url: string
let outcome: (what: string) => void = () => undefined
let before: (req: IncomingMessage) => unknown = () => undefined
beforeAll(async () => {
  net = await createTestNetwork()
  url = (await net.listen(serve)).url
})
afterAll(() => net.close())

/** Buffers the content, then reads the message as any parser would, and returns both. */
async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    await before(req)
    const buffered = await bufferContent(req, limit)
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    res.end([buffered ? hash(buffered) : 'read before', hash(Buffer.concat(chunks))].join())
  } catch (error) {
    const code = isAAuthError(error) ? error.code : String(error)
    outcome(code)
    res.writeHead(400, { connection: 'close' }).end(code)
  }
}

async function post(body: string | Uint8Array<ArrayBuffer> | ReadableStream): Promise<string> {
  const response = await fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit)
  return response.text()
}

describe('the content of a message', () => {
  it.each([0, 1, 1000, 65_536, 150_000, limit])(
    'of %i octets is read once and can be read again by the next reader [N01]',
    async (octets) => {
      const body = new Uint8Array(octets).map((_, index) => index)
      expect(await post(body)).toBe([hash(body), hash(body)].join())
    },
  )

  it('in many chunks can be read again as well [N08]', async () => {
    const parts = Array.from({ length: 50 }, (_, index) => new TextEncoder().encode(`part ${index},`))
    const body = new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(part)
        controller.close()
      },
    })
    const whole = hash(Buffer.concat(parts))
    expect(await post(body)).toBe([whole, whole].join())
  })

  it('over the limit is refused [N09]', async () => {
    expect(await post(new Uint8Array(limit + 1))).toBe('content_too_large')
  })

  it('that was read before is left alone', async () => {
    before = async (req) => {
      for await (const _ of req);
    }
    const answer = await post('note')
    before = () => undefined
    expect(answer).toBe(['read before', hash(new Uint8Array())].join())
  })

  it('that ends too early is a fault of the client', async () => {
    const told = new Promise<string>((resolve) => {
      outcome = resolve
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: notes.example\r\nContent-Length: 10\r\n\r\nhalf', () =>
        socket.destroy(),
      )
    })
    expect(await told).toBe('invalid_request')
  })
})
