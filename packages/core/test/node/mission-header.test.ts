import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { authorize } from '@aauth-guard/core'
import { refuseUpgrade, removeMissionHeader, signedRequest, verifyUpgrade } from '@aauth-guard/core/node'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { SignedMessage } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const text = 'approver="https://ps.example"; s256="x"'
const name = 'aauth-mission'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})

async function signed(): Promise<SignedMessage> {
  const token = await world.agent.authToken({ generation: 'mission-header', mission: mission.s256 })
  const request = { headers: { 'x-tag': 'a', 'x-last': 'z' } }
  return world.agent.sign('https://notes.example/notes', request, { token, mission })
}

/** The properties in which Node keeps the header lines of a message. */
function formsOf({ headers, rawHeaders, headersDistinct }: IncomingMessage): unknown {
  return {
    headers: Object.keys(headers).includes(name),
    raw: rawHeaders.some((one) => one.toLowerCase() === name),
    distinct: Object.keys(headersDistinct ?? {}).includes(name),
    tags: [headers['x-tag'], headers['x-last'], rawHeaders[rawHeaders.indexOf('x-tag') + 1]],
    even: rawHeaders.length % 2,
  }
}
const gone = { headers: false, raw: false, distinct: false, tags: ['a', 'z', 'a'], even: 0 }

/** The result of `inspect` for one request. */
async function inspected(
  lines: readonly (readonly [string, string])[],
  inspect: (message: IncomingMessage) => unknown,
): Promise<unknown> {
  let seen: Promise<unknown> = Promise.resolve()
  const server = createServer((req, res) => {
    seen = Promise.resolve(inspect(req))
    seen.catch(() => undefined).finally(() => res.end())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.close()
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((done, fail) => {
    const sent = httpRequest(
      { port, host: '127.0.0.1', path: '/notes', headers: lines.flat() },
      (response) => {
        response.resume().on('end', () => done())
      },
    )
    sent.on('error', fail).end()
  })
  return seen
}

describe('a message whose AAuth-Mission was removed', () => {
  it('has it in no property, and everything else unchanged [MISS-13]', async () => {
    const lines = [['Host', 'notes.example'], ...(await signed()).headers] as const
    const seen = await inspected(lines, (message) => {
      removeMissionHeader(message)
      return formsOf(message)
    })
    expect(seen).toEqual(gone)
  })

  it.each(['headers', 'headersDistinct', 'rawHeaders'] as const)(
    'has it in no property even if %s were read before [MISS-13]',
    async (member) => {
      const lines = [['Host', 'notes.example'], ...(await signed()).headers] as const
      const seen = await inspected(lines, (message) => {
        const before = JSON.stringify(message[member]).toLowerCase().includes(name)
        removeMissionHeader(message)
        return [before, formsOf(message)]
      })
      expect(seen).toEqual([true, gone])
    },
  )

  it('has none of several lines, in any case of the name [MISS-13]', async () => {
    const lines = [
      ['AAuth-Mission', text],
      ['Host', 'notes.example'],
      ['x-tag', 'a'],
      ['aauth-mission', text],
      ['AAUTH-MISSION', text],
      ['x-last', 'z'],
    ] as const
    const seen = await inspected(lines, (message) => {
      removeMissionHeader(message)
      return formsOf(message)
    })
    expect(seen).toEqual(gone)
  })

  it('keeps a line whose value is the name', async () => {
    const lines = [
      ['Host', 'notes.example'],
      ['x-tag', name],
      ['AAuth-Mission', text],
    ] as const
    const seen = await inspected(lines, (message) => {
      removeMissionHeader(message)
      return [message.headers['x-tag'], message.rawHeaders.includes('x-tag')]
    })
    expect(seen).toEqual([name, true])
  })

  it('still verifies at every guard behind [MISS-13, E23]', async () => {
    const lines = [['Host', 'notes.example'], ...(await signed()).headers] as const
    const seen = await inspected(lines, async (message) => {
      const first = signedRequest(message)
      const auth = await authorize(world.resource, first)
      removeMissionHeader(message)
      removeMissionHeader(message)
      const other = (await makeWorld()).resource
      const again = await authorize(other, signedRequest(message))
      return [signedRequest(message) === first, again.jti === auth.jti, first.header(name).length]
    })
    expect(seen).toEqual([true, true, 1])
  })

  it('is unchanged when it has no such line', async () => {
    const lines = [
      ['Host', 'notes.example'],
      ['x-tag', 'a'],
      ['x-last', 'z'],
    ] as const
    const seen = await inspected(lines, (message) => {
      const before = [...message.rawHeaders]
      removeMissionHeader(message)
      return [JSON.stringify(before) === JSON.stringify(message.rawHeaders), formsOf(message)]
    })
    expect(seen).toEqual([true, gone])
  })
})

describe('a message of HTTP/2 whose AAuth-Mission was removed', () => {
  it('has it in no property, and verifies at the next guard [MISS-13]', async () => {
    let seen: unknown
    const server = createHttp2Server(async (req, res) => {
      const message = req as unknown as IncomingMessage
      await authorize(world.resource, signedRequest(message))
      removeMissionHeader(message)
      const { jti } = await authorize((await makeWorld()).resource, signedRequest(message))
      seen = [typeof jti, formsOf(message)]
      res.end()
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      client.close()
      server.close()
    })
    const { method, target, headers } = await signed()
    const pseudo = { ':method': method, ':path': target, ':authority': 'notes.example' }
    const stream = client.request({ ...pseudo, ...Object.fromEntries(headers) })
    await new Promise((done, fail) => stream.on('close', done).on('error', fail).resume().end())
    expect(seen).toEqual(['string', gone])
  })
})

describe('a verified upgrade', () => {
  it.each([
    ['an agent that signed it', false],
    ['an unsigned client on an optional route', true],
  ])('has no AAuth-Mission for %s [MISS-13, A19]', async (_, optional) => {
    let seen: unknown
    const server = createServer()
    server.on('upgrade', (req, socket) => {
      verifyUpgrade(world.resource, req, { optional }).then(
        () => {
          seen = formsOf(req)
          socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
        },
        (error: unknown) => refuseUpgrade(socket, error),
      )
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    onTestFinished(() => {
      server.close()
    })
    const unsigned = [
      ['x-tag', 'a'],
      ['aauth-mission', text],
      ['x-last', 'z'],
    ] as const
    const { headers } = await signed()
    const lines = [
      ['Host', 'notes.example'],
      ['Upgrade', 'x'],
      ['Connection', 'Upgrade'],
      ...(optional ? unsigned : headers),
    ]
    await new Promise<void>((done, fail) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write(
          `GET /notes HTTP/1.1\r\n${lines.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`,
        )
      })
      socket
        .on('error', fail)
        .on('close', () => done())
        .resume()
    })
    expect(seen).toEqual(gone)
  })
})
