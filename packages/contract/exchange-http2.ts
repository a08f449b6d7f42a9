import type { RequestListener } from 'node:http'
import { connect, createServer, type OutgoingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'

/** An answer over HTTP/2: its status, its fields but for the date, its content. */
export interface Http2Response {
  readonly status: number
  readonly fields: Readonly<Record<string, unknown>>
  readonly body: string
}

/** A cleartext HTTP/2 server on loopback, and one connection to it. */
export interface Http2Connection {
  send(fields: OutgoingHttpHeaders, body?: Uint8Array): Promise<Http2Response>
  close(): Promise<void>
}

export async function serveHttp2(listener: RequestListener): Promise<Http2Connection> {
  const server = createServer(listener as never)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return {
    send: (fields, body) =>
      new Promise((resolve, reject) => {
        const stream = session.request(fields, { endStream: body === undefined })
        let response: Http2Response | undefined
        let text = ''
        stream.setEncoding('utf8')
        stream.on('response', ({ ':status': status, date: _date, ...rest }) => {
          response = { status: Number(status), fields: { ...rest }, body: '' }
        })
        stream.on('data', (chunk: string) => {
          text += chunk
        })
        stream.on('error', reject)
        stream.on('close', () => {
          if (response === undefined) reject(new Error('the stream was closed without an answer'))
          else resolve({ ...response, body: text })
        })
        if (body !== undefined) stream.end(body)
      }),
    close: async () => {
      session.close()
      await new Promise((closed) => server.close(closed))
    },
  }
}
