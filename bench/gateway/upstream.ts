/** The upstream behind what is measured: it greets, counts what it is sent, sends as much as it is asked for, and upgrades. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const piece = Buffer.alloc(65_536, 'x')
const server = createServer((request, response) => {
  const [, count] = /^\/send\/(\d+)$/.exec(request.url ?? '') ?? []
  if (count !== undefined) {
    let left = Number(count)
    response.writeHead(200, { 'content-length': left })
    const more = (): void => {
      while (left > 0) {
        left -= piece.length
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end()
    }
    return more()
  }
  request.resume().on('end', () => response.end('hello'))
})
server.on('upgrade', ({ headers }, socket) => {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  socket.on('error', () => undefined)
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
