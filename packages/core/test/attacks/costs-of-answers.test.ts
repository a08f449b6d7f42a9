import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { play, printFigures } from './beside.ts'
import { honestProvider, listedServer, makeScene, type Scene } from './scene.ts'
import { stopDeadlines } from './stopped-deadlines.ts'
import { startTlsIssuers } from './tls-issuers.ts'

const megabyte = 2 ** 20
/** What an attacker's server has to say. */
const endless = 24 * megabyte

/** Answers each connection of the attacker with this status and as much content as is taken. */
function pourOut(socket: Socket, status: number, taken: (octets: number) => void): void {
  const chunk = Buffer.alloc(65_536, ' ')
  socket.write(`HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\n\r\n`)
  let sent = 0
  const go = (): void => {
    while (!socket.destroyed && sent < endless) {
      sent += chunk.length
      if (!socket.write(chunk)) {
        socket.once('drain', go)
        return
      }
    }
    socket.end()
  }
  socket.on('error', () => undefined).once('close', () => taken(socket.bytesWritten))
  go()
}

describe('endless answers of an unlisted issuer', () => {
  it.each([200, 404, 600])(
    'with status %d take no more than the kernel buffers, and other issuers are fetched meanwhile [I11]',
    async (status) => {
      stopDeadlines()
      const evil = Array.from({ length: 4 }, (_, n) => `h${n}.evil${n}.example`)
      const octets: number[] = []
      let tellClosed = (): void => undefined
      const closed = new Promise<void>((resolve) => {
        tellClosed = resolve
      })
      const issuers = await startTlsIssuers(
        ['ps.example', 'agent.example', ...evil],
        () => scene.net,
        ({ socket, headers }) => {
          if (!headers.host?.includes('evil')) return false
          pourOut(socket, status, (taken) => {
            if (octets.push(taken) === evil.length) tellClosed()
          })
          return true
        },
      )
      const scene: Scene = await makeScene({ fetch: issuers.fetch })
      const listed = await scene.caller(listedServer, 'person-server')
      const unlisted = await scene.caller(honestProvider)
      const attack = evil.map((host) => async () => (await scene.caller(`https://${host}`)).call())
      const answers = await play({ attack, honest: { listed: listed.call, unlisted: unlisted.call } })
      await closed
      printFigures({ 'MiB taken': octets.map((taken) => (taken / megabyte).toFixed(1)) })
      expect(answers).toMatchObject({ listed: { 200: 1 }, unlisted: { 200: 1 } })
      expect(answers.attack).not.toHaveProperty('200')
      // Most of it lies in buffers of the kernel, on both sides.
      expect(Math.max(...octets)).toBeLessThan(endless / 2)
    },
  )
})
