import type { IncomingMessage } from 'node:http'
import { createServer, type Http2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { authorize, isAAuthError } from '@aauth-guard/core'
import { signedRequest } from '@aauth-guard/core/node'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

type Field = readonly [name: string, value: string]

let world: World
let server: Http2Server
/** What the guard received and what it answered. */
let met: { readonly names: readonly string[]; readonly outcome: string }[] = []
beforeAll(async () => {
  world = await makeWorld({ replay: 'off' })
  server = createServer((req, res) => {
    const names = req.rawHeaders.filter((_, at) => at % 2 === 0)
    const message = req as unknown as IncomingMessage
    authorize(world.resource, signedRequest(message)).then(
      ({ type }) => {
        met.push({ names, outcome: type })
        res.end()
      },
      (error: unknown) => {
        met.push({ names, outcome: isAAuthError(error) ? error.code : String(error) })
        res.end()
      },
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})
beforeEach(() => {
  met = []
})
afterAll(() => new Promise((closed) => server.close(closed)))

/** A string of HPACK without Huffman coding (RFC 7541, section 5.2). */
function text(value: string): Buffer {
  const octets = Buffer.from(value, 'latin1')
  const prefix: number[] = octets.length < 127 ? [octets.length] : [127]
  if (octets.length >= 127) {
    let rest = octets.length - 127
    for (; rest >= 128; rest >>= 7) prefix.push((rest & 127) | 128)
    prefix.push(rest)
  }
  return Buffer.concat([Buffer.from(prefix), octets])
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

const [settings, headers, reset] = [4, 1, 3]

/** Sends a request in hand-made frames that no client of Node would send; resolves once its stream is closed. */
function send(fields: readonly Field[]): Promise<'answered' | 'reset'> {
  const literals = fields.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)]))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const opening = [Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(settings, 0, 0, Buffer.alloc(0))]
  socket.write(Buffer.concat([...opening, frame(headers, 5, 1, Buffer.concat(literals))]))
  let received = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 9 && received.length >= 9 + received.readUIntBE(0, 3)) {
        const [type, flags, stream] = [received[3], received[4] as number, received.readUInt32BE(5)]
        received = received.subarray(9 + received.readUIntBE(0, 3))
        if (stream !== 1 || (type !== reset && (flags & 1) === 0)) continue
        socket.destroy()
        resolve(type === reset ? 'reset' : 'answered')
      }
    })
  })
}

async function signedFields(cover: readonly string[]): Promise<readonly Field[]> {
  const token = await world.agent.authToken({ scope: 'access' })
  const signed = await world.agent.sign(
    'https://notes.example/notes',
    { headers: { 'x-note': 'milk' } },
    { token, cover },
  )
  const pseudo: readonly Field[] = [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', 'notes.example'],
    [':path', '/notes'],
  ]
  return [...pseudo, ...signed.headers.filter(([name]) => name !== 'host' && name !== 'x-note')] as Field[]
}

describe('over HTTP/2, a signed request', () => {
  it("made by another client than Node's is served", async () => {
    expect(await send([...(await signedFields(['x-note'])), ['x-note', 'milk']])).toBe('answered')
    expect(met.map(({ outcome }) => outcome)).toEqual(['auth-token'])
  })

  it.each<[string, Field]>([
    ['a name in upper case', ['X-Note', 'milk']],
    ['a pseudo-header that there is none of', [':note', 'milk']],
  ])('with %s is rejected before the guard [A23]', async (_, field) => {
    expect(await send([...(await signedFields([])), field])).toBe('reset')
    expect(met).toEqual([])
  })

  it.each<[string, Field]>([
    ['a line break in a value', ['x-note', 'milk\r\nx-role: admin']],
    ['a line feed in a value', ['x-note', 'milk\nx-role: admin']],
    ['a NUL in a value', ['x-note', 'milk\0']],
    ['a line break in a name', ['x-note: milk\r\nx-role', 'admin']],
    ['a colon in a name', ['x-note: milk', '']],
  ])(
    'with %s arrives without that field, and is refused when the field must be covered [A23]',
    async (_, field) => {
      await send([...(await signedFields([])), field])
      await send([...(await signedFields(['x-note'])), field])
      expect(met.map(({ outcome }) => outcome)).toEqual(['auth-token', 'invalid_signature'])
      expect(met.flatMap(({ names }) => names).filter((name) => /note|role/.test(name))).toEqual([])
    },
  )

  it('whose Signature-Key contains a line break counts as unsigned [A23]', async () => {
    const fields = (await signedFields([])).map(
      ([name, value]): Field =>
        name === 'signature-key' ? [name, `${value}\r\nx-role: admin`] : [name, value],
    )
    await send(fields)
    expect(met.map(({ outcome }) => outcome)).toEqual(['invalid_signature'])
  })
})
