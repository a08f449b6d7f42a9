import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Milliseconds that one side of a tunnel has to close after the other has. */
const linger = 1_000

/**
 * Accepts an upgrade and passes octets both ways until one side closes, or neither sends anything for a while.
 *
 * @param lines of the answer 101, names and values in turn
 * @param first what the upstream sent right behind its answer
 */
export function joinTunnel(
  client: Duplex,
  upstream: Duplex,
  first: Buffer,
  idleTimeout: number,
  lines: readonly string[],
): void {
  let head = 'HTTP/1.1 101 Switching Protocols\r\n'
  for (let i = 0; i + 1 < lines.length; i += 2) head += `${lines[i]}: ${lines[i + 1]}\r\n`
  const sockets = [client, upstream] as Socket[]
  const end = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  let isClosing = false
  const close = (): void => {
    if (isClosing) return
    isClosing = true
    setTimeout(end, linger).unref()
  }
  for (const socket of sockets) {
    socket.setNoDelay(true)
    // What is read from one is written to the other, so octets in either direction count for both.
    socket.setTimeout(idleTimeout, end)
    socket.on('error', end).on('close', end).on('end', close)
  }
  client.write(`${head}\r\n`, 'latin1')
  if (first.length > 0) client.write(first)
  client.pipe(upstream)
  upstream.pipe(client)
}
