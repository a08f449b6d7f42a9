import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResource, type Resource } from '@aauth-guard/core'
import { expect, onTestFinished, test } from 'vitest'
import { ResourceUses } from '../../src/command/resource-uses.ts'

const makeResource = (): Resource => createResource({ issuer: 'https://notes.example', trust: 'any' })

test('a resource that was replaced is closed after its last request and its last tunnel', async () => {
  const server = createServer((message, response) => void (message.url !== '/slow' && response.end()))
  server.on('upgrade', (_, socket) =>
    socket
      .resume()
      .on('error', () => undefined)
      .on('end', () => socket.end())
      .write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  )
  const uses = new ResourceUses()
  const [first, second] = [makeResource(), makeResource()]
  let current = first
  uses.watch(server, () => current)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const closed: string[] = []
  const told: (() => void)[] = []
  const retire = (resource: Resource, name: string): void =>
    uses.retire(resource, () => {
      closed.push(name)
      for (const tell of told) tell()
    })

  const slow = request({ port, path: '/slow' }).on('error', () => undefined)
  slow.end()
  await once(server, 'request')
  const tunnel = request({ port, headers: { connection: 'upgrade', upgrade: 'x' } })
  tunnel.end()
  const [, socket] = await once(tunnel, 'upgrade')
  current = second
  retire(first, 'first')
  const later = request({ port, path: '/' })
  later.end()
  await once(later, 'response')
  slow.destroy()
  expect(closed).toEqual([])
  const end = new Promise<void>((tell) => told.push(tell))
  socket.destroy()
  await end
  expect(closed).toEqual(['first'])
  retire(makeResource(), 'unused')
  expect(closed).toEqual(['first', 'unused'])
})
