import { type AddressInfo, createServer } from 'node:net'
import { startNameServer } from '@aauth-guard/fixtures/name-server'
import { afterAll, describe, expect, it } from 'vitest'
import { createGuardedFetch, guardedFetch } from '../../src/platform/egress.ts'
import { RefusedAddress } from '../../src/platform/public-address.ts'

/** Counts connections and never answers. */
let connections = 0
const server = createServer((socket) => {
  connections += 1
  socket.destroy()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
afterAll(() => new Promise((resolve) => server.close(resolve)))

const names = await startNameServer(() => ['127.0.0.1'])
afterAll(() => names.close())

describe('a document', () => {
  const refused: readonly (readonly [url: string, ids: string])[] = [
    [`http://localhost:${port}/`, '[R11-128, I05]'],
    ['http://issuer.example/', '[R11-128, I05]'],
    ['ftp://issuer.example/', '[I05]'],
    ['file:///etc/passwd', '[I05]'],
    ['data:application/json,{}', '[I05]'],
    ['blob:https://issuer.example/x', '[I05]'],
    ['wss://issuer.example/', '[I05]'],
    [`https://localhost:${port}/`, '[I05]'],
    ['https://issuer.example:22/', '[I05]'],
    ['https://issuer.example:8443/', '[I05]'],
    ['https://user@issuer.example/', '[I05]'],
    ['https://user:password@issuer.example/', '[I05]'],
    [`https://127.0.0.1:${port}/`, '[I04, I05]'],
    ['https://127.0.0.1/', '[R11-128, I04]'],
    ['https://8.8.8.8/', '[I04]'],
    ['https://[::1]/', '[R11-128, I04]'],
    ['https://[::ffff:127.0.0.1]/', '[R11-128, I04]'],
    ['https://2130706433/', '[R11-128, I04]'],
    ['https://0x7f.1/', '[R11-128, I04]'],
    ['https://127.1/', '[R11-128, I04]'],
    ['https://127.0.0.0x1/', '[R11-128, I04]'],
    ['https://localhost/', '[R11-128, I01]'],
    ['https://issuer.localhost/', '[R11-128, I01]'],
  ]
  it.each(refused)('is not fetched from %s, and no connection is made %s', async (url) => {
    const before = connections
    await expect(guardedFetch(url)).rejects.toBeInstanceOf(RefusedAddress)
    expect(connections).toBe(before)
  })
})

describe('a POST request', () => {
  it.each([
    ['http://localhost/', '[R11-128, I05]'],
    ['https://localhost:8443/', '[I05]'],
    ['https://user:password@issuer.example/', '[I05]'],
    ['https://127.0.0.1/', '[R11-128, I04]'],
    ['https://[::1]/', '[R11-128, I04]'],
    ['https://localhost/', '[R11-128, I01]'],
  ])('is not sent to %s, and no connection is made %s', async (url) => {
    const before = connections
    const posting = guardedFetch(url, { method: 'POST', body: '{}' })
    await expect(posting).rejects.toBeInstanceOf(RefusedAddress)
    expect(connections).toBe(before)
  })
})

describe('a connection to a name that resolves to loopback', () => {
  const fetchThere = (isAllowed?: () => boolean) =>
    createGuardedFetch({ nameServers: [names.address], port, ...(isAllowed && { isAllowed }) })(
      'https://issuer.example/',
    )

  it('would be made without the check of addresses', async () => {
    const before = connections
    await expect(fetchThere(() => true)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(connections).toBe(before + 1)
  })

  it('is not made, because resolved addresses are checked before connecting [R11-128, I01, I03]', async () => {
    const before = connections
    await expect(fetchThere()).rejects.toBeInstanceOf(RefusedAddress)
    expect(connections).toBe(before)
  })
})
