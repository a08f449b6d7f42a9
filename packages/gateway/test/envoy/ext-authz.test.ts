import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createExtAuthz } from '../../src/envoy/index.ts'
import { checkOf, everyone, field, generateSigner, makeEnvoyScene, secret } from './envoy-scene.ts'

describe('a request that may pass', () => {
  it('goes on with the assertion, set with overwrite, and private', async () => {
    const { sign, send } = await makeEnvoyScene()
    const outcome = await send(checkOf(await sign('/notes?q=%C3%A4')))
    expect(outcome.status).toBe(200)
    expect(outcome.claims).toMatchObject({
      iss: 'https://notes.example',
      aud: 'notes-app',
      htm: 'GET',
      htu: 'https://notes.example/notes?q=%C3%A4',
      caller: 'verified',
      content: 'none',
    })
    expect(outcome.set).toEqual([
      {
        header: { key: 'aauth-guard-assertion', value: expect.any(String), raw_value: Buffer.alloc(0) },
        append: { value: false },
        append_action: 2,
      },
    ])
    expect(
      outcome.added.map(({ header, append, append_action }) => [
        header.key,
        header.value,
        append,
        append_action,
      ]),
    ).toEqual([
      ['cache-control', 'private', null, 1],
      ['vary', 'Signature-Key, Signature', { value: true }, 0],
    ])
  })

  it('loses every spelling of what only a proxy says, and the credentials, by their exact names', async () => {
    const { sign, send } = await makeEnvoyScene()
    const check = checkOf(await sign())
    const forged = [
      'aauth_guard_assertion',
      'aauth-guard-forwarded',
      'x-real-ip',
      'x.real_ip',
      'x-forwarded-for',
      'x-http-method-override',
      'cookie',
      'x_trace',
      'proxy-authorization',
    ]
    check.header_map?.headers.push(
      ...forged.map((name) => field(name, 'x')),
      field('x-a', '1'),
      field('x-a', '2'),
    )
    const { removed } = await send(check)
    expect([...removed].sort()).toEqual([...forged, 'signature', 'signature-input', 'signature-key'].sort())
  })

  it('has one assertion, whatever was sent under its name', async () => {
    const { sign, send } = await makeEnvoyScene()
    const check = checkOf(await sign())
    check.header_map?.headers.push(field('aauth-guard-assertion', 'a'), field('aauth-guard-assertion', 'b'))
    const { set, removed } = await send(check)
    // Envoy removes after it has set.
    expect(removed).not.toContain('aauth-guard-assertion')
    expect(set).toHaveLength(1)
  })

  it('keeps what frames it, since Envoy needs that', async () => {
    const { sign, send } = await makeEnvoyScene()
    const check = checkOf(await sign())
    check.header_map?.headers.push(field('te', 'trailers'), field('transfer-encoding', 'chunked'))
    const { removed, claims } = await send(check)
    expect(removed).not.toContain('te')
    expect(removed).not.toContain('transfer-encoding')
    expect(claims?.content).toBe('unsigned')
  })

  it('without a credential is anonymous on an optional route, and keeps its own Authorization', async () => {
    const { send } = await makeEnvoyScene([
      { path: '/notes', requirement: { accept: everyone, optional: true } as never, pass: ['authorization'] },
    ])
    const lines = [':authority|notes.example', ':path|/notes', ':method|GET', 'authorization|Bearer key']
    const headers = lines.map((line) => field(...(line.split('|') as [string, string])))
    const check = { method: 'GET', path: '/notes', host: 'notes.example', protocol: 'HTTP/1.1' }
    const { claims, removed } = await send({ ...check, header_map: { headers } })
    expect(claims).toMatchObject({ caller: 'anonymous', auth: null })
    expect(removed).toEqual([])
  })

  it('is read from octets that another encoder would write', async () => {
    // By the numbers of fields in Envoy's published files, without the descriptor.
    const { sign, client } = await makeEnvoyScene()
    const message = await sign()
    const octets = (id: number, value: Buffer | string): Buffer => {
      const content = Buffer.from(value as string)
      const length: number[] = []
      let rest = content.length
      do {
        length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
        rest >>= 7
      } while (rest > 0)
      return Buffer.concat([Buffer.from([(id << 3) | 2, ...length]), content])
    }
    const lines = checkOf(message).header_map?.headers ?? []
    const map = Buffer.concat(
      lines.map(({ key, raw_value: raw = '' }) => octets(1, Buffer.concat([octets(1, key), octets(3, raw)]))),
    )
    const http = Buffer.concat([
      octets(2, 'GET'),
      octets(3, Buffer.concat([octets(1, 'ignored'), octets(2, 'joined')])),
      octets(4, '/notes'),
      octets(5, 'notes.example'),
      octets(10, 'HTTP/1.1'),
      octets(13, map),
    ])
    const request = octets(1, Buffer.concat([octets(4, octets(2, http)), octets(10, Buffer.from(''))]))
    const grpc = await import('@grpc/grpc-js')
    const metadata = new grpc.Metadata()
    metadata.set('aauth-guard-secret', secret)
    const response = await new Promise<Buffer>((resolve, reject) =>
      client.makeUnaryRequest(
        '/envoy.service.auth.v3.Authorization/Check',
        (given: Buffer) => given,
        (given: Buffer) => given,
        request,
        metadata,
        (error, value) => (error === null ? resolve(value as Buffer) : reject(error)),
      ),
    )
    // ok_response is field 3, and in it `headers` field 2 and `headers_to_remove` field 5.
    const text = response.toString('latin1')
    expect(text).toContain('\x1a')
    expect(text).toContain(`\x0a\x15aauth-guard-assertion\x12`)
    expect(text).toContain(`\x2a\x09signature`)
  })
})

describe('a request that may not pass', () => {
  it('is answered with status, fields and body of the resource', async () => {
    const { sign, send } = await makeEnvoyScene([{ path: '/notes', requirement: { scope: 'notes.write' } }])
    const { status, headers, body, set } = await send(checkOf(await sign()))
    expect(status).toBe(401)
    expect(headers.get('aauth-requirement')).toMatch(/^requirement=auth-token;resource-token="ey/)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ status: 401 })
    expect(
      set.every(
        ({ append, append_action }) => append_action === 2 && (append as { value: boolean }).value === false,
      ),
    ).toBe(true)
  })

  it('without a credential gets the challenge', async () => {
    const { send } = await makeEnvoyScene()
    const headers = [field(':authority', 'notes.example'), field(':path', '/notes'), field(':method', 'GET')]
    const check = {
      method: 'GET',
      path: '/notes',
      host: 'notes.example',
      protocol: 'HTTP/2',
      header_map: { headers },
    }
    expect(await send(check)).toMatchObject({ status: 401 })
  })

  it('has no route, or a route with other methods', async () => {
    const { sign, send, refusals } = await makeEnvoyScene([
      { path: '/notes', methods: ['GET'], requirement: { accept: everyone } as never },
    ])
    expect(await send(checkOf(await sign('/other')))).toMatchObject({ status: 404 })
    expect(refusals.map(({ code }) => code)).toEqual(['no_route'])
    const { status, headers } = await send(checkOf(await sign('/notes', { method: 'DELETE' })))
    expect([status, headers.get('allow')]).toEqual([405, 'GET'])
  })

  it('with a target that could be read in two ways is refused', async () => {
    const { sign, send } = await makeEnvoyScene([
      { path: '/notes/*', requirement: { accept: everyone } as never },
      { path: '/admin/*', requirement: { scope: 'notes.write' } },
    ])
    expect(await send(checkOf(await sign('/notes/..%2fadmin/x')))).toMatchObject({ status: 400 })
  })

  it('that is a CORS preflight is refused, since its answer would keep its content', async () => {
    const { sign, send } = await makeEnvoyScene(undefined, {}, { cors: true })
    const fields = { origin: 'https://app.example', 'access-control-request-method': 'GET' }
    const message = await sign('/notes', { method: 'OPTIONS', headers: fields })
    const headers = message.headers.filter(([name]) => !name.toLowerCase().startsWith('signature'))
    expect(await send(checkOf({ ...message, headers }))).toMatchObject({ status: 400, claims: undefined })
  })

  it('on a route that changes the target is refused, since Envoy would not change it', async () => {
    const { sign, send, refusals } = await makeEnvoyScene([
      { path: '/api/*', cutPrefix: '/api', requirement: { accept: everyone } as never },
    ])
    expect(await send(checkOf(await sign('/api/notes')))).toMatchObject({ status: 400 })
    expect(refusals[0]?.hint).toMatch(/^Envoy passes targets on/)
  })
})

describe('the content', () => {
  const body = '{"text":"milk"}'
  const post = { method: 'POST', body }
  const route = { path: '/notes', requirement: { accept: everyone } as never }
  const digest = { digest: true }

  it('under a covered digest is compared', async () => {
    const { sign, send } = await makeEnvoyScene([route])
    const message = await sign('/notes', post, digest)
    expect((await send(checkOf(message, 'false'))).claims).toMatchObject({ content: 'verified' })
    const check = checkOf(await sign('/notes', post, digest), 'false')
    check.raw_body = Buffer.from(body.replace('milk', 'wine'))
    expect(await send(check)).toMatchObject({ status: 401 })
  })

  it('may be in either field, in whatever encoding', async () => {
    const { sign, send } = await makeEnvoyScene([route])
    const octets = Buffer.from([0xff, 0xfe, 0x00, 0x80])
    const message = await sign('/notes', { method: 'POST', body: octets as never }, digest)
    const { raw_body: sent, ...check } = checkOf(message, 'false')
    expect((await send({ ...check, body: sent as Buffer })).claims).toMatchObject({ content: 'verified' })
    expect(await send({ ...check, body: sent as Buffer, raw_body: sent as Buffer })).toMatchObject({
      status: 400,
    })
  })

  it('under a covered digest that Envoy sent in part, or not at all, is refused', async () => {
    const { sign, send, events } = await makeEnvoyScene([route])
    const part = checkOf(await sign('/notes', post, digest), 'true')
    part.raw_body = Buffer.from(body.slice(0, 4))
    expect(await send(part)).toMatchObject({ status: 400 })
    expect(await send(checkOf(await sign('/notes', post, digest)))).toMatchObject({ status: 400 })
    expect(JSON.stringify(events)).toContain('with_request_body')
  })

  it('in part is refused even if it has the right digest', async () => {
    const { sign, send } = await makeEnvoyScene([route])
    expect(await send(checkOf(await sign('/notes', post, digest), 'true'))).toMatchObject({ status: 400 })
  })

  it('over "maxContent" of the route answers 413', async () => {
    const { sign, send } = await makeEnvoyScene([{ ...route, maxContent: 4 }])
    expect(await send(checkOf(await sign('/notes', post, digest), 'false'))).toMatchObject({ status: 413 })
  })

  it('is left to the upstream where the route says so', async () => {
    const { sign, send } = await makeEnvoyScene([{ ...route, digest: 'upstream' }])
    const message = await sign('/notes', post, digest)
    const [, value] = message.headers.find(([name]) => name.toLowerCase() === 'content-digest') ?? []
    expect((await send(checkOf(message))).claims).toMatchObject({ content: 'upstream', digest: value })
  })

  it('that nobody signed is unsigned, and what is surely empty is none', async () => {
    const { sign, send } = await makeEnvoyScene([route])
    const known = async (check: object): Promise<unknown> => (await send(check)).claims?.content
    expect(await known(checkOf(await sign('/notes', post), 'false'))).toBe('unsigned')
    expect(await known(checkOf(await sign('/notes', post)))).toBe('unsigned')
    expect(await known(checkOf(await sign()))).toBe('none')
    // A request of HTTP/2 may have content without saying so.
    expect(await known({ ...checkOf(await sign()), protocol: 'HTTP/2' })).toBe('unsigned')
    const empty = checkOf(await sign())
    empty.header_map?.headers.push(field('content-length', '0'))
    expect(await known({ ...empty, protocol: 'HTTP/2' })).toBe('none')
  })

  it('of another length than "content-length", or without the flag of Envoy, is refused', async () => {
    const { sign, send } = await makeEnvoyScene([route])
    const short = checkOf(await sign('/notes', post), 'false')
    short.raw_body = Buffer.from('x')
    expect(await send(short)).toMatchObject({ status: 400 })
    const unflagged = { ...checkOf(await sign('/notes', post)), raw_body: Buffer.from(body) }
    expect(await send(unflagged)).toMatchObject({ status: 400 })
    const flagged = checkOf(await sign('/notes', post), 'false')
    flagged.header_map?.headers.push(field('x-envoy-auth-partial-body', 'false'))
    expect(await send(flagged)).toMatchObject({ status: 400 })
  })
})

describe('what Envoy must send', () => {
  it('the secret, once: anything else is refused, by an answer that no setting of Envoy overrides', async () => {
    const { sign, send, events } = await makeEnvoyScene()
    for (const secrets of [
      [],
      [''],
      ['wrong'],
      [secret, secret],
      [`${secret} `.repeat(2)],
      [secret.slice(0, -1)],
    ])
      expect(await send(checkOf(await sign()), secrets)).toMatchObject({ status: 403, claims: undefined })
    // Nothing was decided.
    expect(events).toEqual([])
    expect(await send(checkOf(await sign()))).toMatchObject({ status: 200 })
  })

  it('raw header lines: joined or decoded ones are refused', async () => {
    const { sign, send, refusals } = await makeEnvoyScene()
    const check = checkOf(await sign())
    expect(await send({ ...check, header_map: undefined })).toMatchObject({ status: 400 })
    expect(await send({ ...check, header_map: { headers: [] } })).toMatchObject({ status: 400 })
    const decoded = check.header_map?.headers.map(({ key, raw_value: raw }) => ({ key, value: String(raw) }))
    expect(await send({ ...check, header_map: { headers: decoded } })).toMatchObject({ status: 400 })
    expect(refusals.every(({ hint }) => hint.includes('encode_raw_headers'))).toBe(true)
    expect(refusals).toHaveLength(3)
  })

  it('every line by itself: two lines of a signature are seen as two', async () => {
    const { sign, send } = await makeEnvoyScene()
    const check = checkOf(await sign())
    const signature = check.header_map?.headers.find(({ key }) => key === 'signature')
    check.header_map?.headers.push({ ...(signature as never as object) } as never)
    expect((await send(check)).status).not.toBe(200)
  })

  const changed: readonly (readonly [string, object])[] = [
    ['path', { path: '/other' }],
    ['a normalised path', { path: '/notes/' }],
    ['method', { method: 'POST' }],
    ['host', { host: 'other.example' }],
    ['no path', { path: '' }],
  ]
  for (const [title, change] of changed)
    it(`${title} that differs from the header lines answers 400`, async () => {
      const { sign, send, events } = await makeEnvoyScene()
      expect(await send({ ...checkOf(await sign()), ...change })).toMatchObject({ status: 400 })
      expect(events).toEqual([])
    })

  for (const name of [':path', ':method', ':authority'])
    it(`${name} twice, or not at all, answers 400`, async () => {
      const { sign, send } = await makeEnvoyScene()
      const check = checkOf(await sign())
      const headers = check.header_map?.headers ?? []
      const same = headers.find(({ key }) => key === name) as never
      expect(await send({ ...check, header_map: { headers: [...headers, same] } })).toMatchObject({
        status: 400,
      })
      const left = headers.filter(({ key }) => key !== name)
      expect(await send({ ...check, header_map: { headers: left } })).toMatchObject({ status: 400 })
    })

  it('a Host beside another authority is refused', async () => {
    const { sign, send } = await makeEnvoyScene()
    const check = checkOf(await sign())
    check.header_map?.headers.push(field('host', 'other.example'))
    expect((await send(check)).status).not.toBe(200)
    const same = checkOf(await sign())
    same.header_map?.headers.push(field('host', 'notes.example'))
    expect((await send(same)).status).toBe(200)
  })

  it('names and values that cannot be a header line are refused', async () => {
    const { sign, send } = await makeEnvoyScene()
    for (const line of [
      field('', 'x'),
      field('a b', 'x'),
      field('a:b', 'x'),
      // In lower case this is "cookie", which Envoy would not remove by that name.
      field('coo\u212aie', 'x'),
      field('a\r\nb', 'x'),
      field('x-a', 'a\r\nb: c'),
      field('x-a', 'a\0'),
    ]) {
      const check = checkOf(await sign())
      check.header_map?.headers.push(line)
      expect(await send(check)).toMatchObject({ status: 400 })
    }
  })

  it('no upgrade and no CONNECT, since nobody would end the tunnel', async () => {
    const { sign, send, refusals } = await makeEnvoyScene([
      { path: '/notes', requirement: { accept: everyone } as never, upgrade: true },
    ])
    for (const line of [field('upgrade', 'websocket'), field(':protocol', 'websocket')]) {
      const check = checkOf(await sign())
      check.header_map?.headers.push(line)
      expect(await send(check)).toMatchObject({ status: 400 })
    }
    expect(refusals.map(({ code }) => code)).toEqual(['upgrade_refused', 'upgrade_refused'])
    const check = checkOf(await sign('/notes', { method: 'TRACE' }))
    expect(await send(check)).toMatchObject({ status: 400 })
  })
})

describe('what a hostile peer sends', () => {
  it('context_extensions and joined headers decide nothing', async () => {
    const { sign, send } = await makeEnvoyScene([{ path: '/notes', requirement: { scope: 'notes.write' } }])
    const check = { ...checkOf(await sign()), headers: { authorization: 'x' } }
    const extra = { context_extensions: { route: 'open', requirement: '{"optional":true}' } }
    expect(await send(check, [secret], extra)).toMatchObject({ status: 401 })
  })

  it('messages over the limit are refused, and the next one is answered', async () => {
    const { sign, send } = await makeEnvoyScene(undefined, { maxMessage: 65_536 })
    const check = { ...checkOf(await sign()), raw_body: Buffer.alloc(65_536) }
    await expect(send(check)).rejects.toMatchObject({ code: 8 })
    expect((await send(checkOf(await sign()))).status).toBe(200)
  })

  it('octets that are not a check are refused', async () => {
    const { listening, sign, send } = await makeEnvoyScene()
    const session = connect(`http://${listening}`)
    onTestFinished(() => session.close())
    for (const octets of [
      Buffer.alloc(0),
      Buffer.from([0xff]),
      Buffer.alloc(5000, 0x0b),
      Buffer.alloc(20_000, 0x0a),
    ]) {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/envoy.service.auth.v3.Authorization/Check',
        'content-type': 'application/grpc',
        te: 'trailers',
        'aauth-guard-secret': secret,
      })
      const frame = Buffer.alloc(5)
      frame.writeUInt32BE(octets.length, 1)
      stream.end(Buffer.concat([frame, octets]))
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk as Buffer)
      // A denied response with status 400, in its own field.
      expect(Buffer.concat(chunks).toString('latin1')).toMatch(/bad_request/)
    }
    expect((await send(checkOf(await sign()))).status).toBe(200)
  })

  it('many checks at the same time are all answered', async () => {
    const { sign, send } = await makeEnvoyScene()
    const checks = await Promise.all(Array.from({ length: 300 }, async () => checkOf(await sign())))
    const outcomes = await Promise.all(checks.map((check) => send(check)))
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('more checks than "limits.requests" answer 503', async () => {
    const waiting: (() => void)[] = []
    const check = () => new Promise<boolean>((resolve) => waiting.push(() => resolve(true)))
    const { sign, send, plan } = await makeEnvoyScene([
      { path: '/notes', requirement: { accept: everyone, check } as never },
    ])
    Object.assign(plan, { limits: { ...plan.limits, requests: 2 } })
    const first = [send(checkOf(await sign())), send(checkOf(await sign()))]
    await expect.poll(() => waiting.length).toBe(2)
    const { status, headers } = await send(checkOf(await sign()))
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    for (const go of waiting) go()
    expect((await Promise.all(first)).map(({ status: code }) => code)).toEqual([200, 200])
  })

  it('a failure of ours is refused, and says nothing', async () => {
    const assertions = { keys: '{}', sign: () => Promise.reject(new Error('the key is secret-key')) }
    const { sign, send } = await makeEnvoyScene(undefined, { assertions })
    const { status, body } = await send(checkOf(await sign()))
    expect([status, body.includes('secret-key')]).toEqual([503, false])
    const broken = await makeEnvoyScene(undefined, {
      plan: () => {
        throw new Error('no plan')
      },
    })
    expect((await broken.send(checkOf(await broken.sign()))).status).toBe(503)
  })

  it('another call than Check is refused by gRPC', async () => {
    const { client } = await makeEnvoyScene()
    const call = new Promise((_, reject) =>
      client.makeUnaryRequest(
        '/envoy.service.auth.v3.Authorization/Other',
        (given: Buffer) => given,
        (given: Buffer) => given,
        Buffer.alloc(0),
        reject,
      ),
    )
    await expect(call).rejects.toMatchObject({ code: 12 })
  })
})

describe('the server', () => {
  it('listens on a socket of the file system', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'envoy-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const address = `unix:${join(folder, 'ext-authz.sock')}`
    const { listening, server, sign, send } = await makeEnvoyScene(undefined, {}, {}, address)
    expect(listening).toBe(address)
    await expect(server.listen(address)).rejects.toThrow(/listens already/)
    expect((await send(checkOf(await sign()))).status).toBe(200)
  })

  it('listens nowhere else than on this machine', async () => {
    const server = createExtAuthz({ plan: () => ({}) as never, assertions: await generateSigner(), secret })
    for (const address of [
      '0.0.0.0:9001',
      '[::]:9001',
      'gateway:9001',
      '10.0.0.1:9001',
      '127.1:9001',
      '127.0.0.1.evil.example:9001',
      '127.0.0.1',
      '127.0.0.1:99999',
      ':9001',
      'unix:relative',
      'dns:notes.example:9001',
      '',
    ])
      await expect(server.listen(address)).rejects.toThrow(/^the address of ext_authz/)
  })

  it('refuses a weak secret', async () => {
    const assertions = await generateSigner()
    for (const weak of [
      '',
      'short',
      'x'.repeat(31),
      'x'.repeat(257),
      `${'x'.repeat(32)} `,
      '\u212a'.repeat(32),
      undefined,
    ])
      expect(() => createExtAuthz({ plan: () => ({}) as never, assertions, secret: weak as never })).toThrow(
        /^the secret of ext_authz/,
      )
    const plan = () => ({}) as never
    expect(() => createExtAuthz({ plan, assertions, secret, maxMessage: 1 })).toThrow(/^"maxMessage" is 1/)
  })

  it('answers what is under way before it closes', async () => {
    let go = (): void => undefined
    const held = new Promise<boolean>((resolve) => {
      go = () => resolve(true)
    })
    let isAsked = false
    const check = () => {
      isAsked = true
      return held
    }
    const { sign, send, server } = await makeEnvoyScene([
      { path: '/notes', requirement: { accept: everyone, check } as never },
    ])
    const outcome = send(checkOf(await sign()))
    await expect.poll(() => isAsked).toBe(true)
    const closed = server.close()
    go()
    expect((await outcome).status).toBe(200)
    await closed
  })
})
