import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { type AssertionClaims, assertionHeader, createAssertionSigner } from '@aauth-guard/core/assertion'
import { base64url, CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Debian's Python first: another one on the path often has none of Debian's modules. */
const python = ['/usr/bin/python3', 'python3'].find(
  (program) => spawnSync(program, ['-c', 'import jwt, cryptography']).status === 0,
)
const skipped =
  python === undefined ? ' (skipped: python3-jwt and python3-cryptography are not installed)' : ''

const issuer = 'https://notes.example'
const claims: AssertionClaims = {
  audience: 'notes-app',
  method: 'GET',
  target: '/notes?q=%C3%A4',
  caller: undefined,
  content: 'none',
}

async function generateKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256' }
}

/** Signs a changed copy of an assertion. */
async function forge(token: string, key: JWK, payload: object, header: object = {}): Promise<string> {
  const [was, claimed] = token
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(base64url.decode(part)).toString()))
  return new CompactSign(Buffer.from(JSON.stringify({ ...claimed, ...payload })))
    .setProtectedHeader({ ...was, ...header })
    .sign(await importJWK(key, 'ES256'), { crit: { b64: true, x: true } })
}

describe.skipIf(python === undefined)(`an upstream in Python${skipped}`, () => {
  let key: JWK
  let signer: ReturnType<typeof createAssertionSigner>
  let published: string
  let port: number
  const endings: (() => void)[] = []

  beforeAll(async () => {
    key = await generateKey('assertions-1')
    signer = createAssertionSigner({ issuer, key })
    published = signer.keys
    const gateway = createServer((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(published)
    })
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
    endings.push(() => gateway.close())
    const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/aauth/assertion-keys.json`
    const child = spawn(python as string, ['-B', join(import.meta.dirname, 'server.py')], {
      env: { KEYS_URL: url, ISSUER: issuer, AUDIENCE: 'notes-app', PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    endings.push(() => child.kill('SIGKILL'))
    let log = ''
    child.stderr.on('data', (text: Buffer) => {
      log = (log + text).slice(-2000)
    })
    port = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        const [, given] = /listening on (\d+)/.exec(text.toString()) ?? []
        if (given !== undefined) resolve(Number(given))
      })
      child.once('exit', () => reject(new Error(log)))
    })
  })
  afterAll(() => {
    for (const end of endings) end()
  })

  /** The status of a request whose lines are sent as they are. */
  async function send(lines: readonly string[], method = 'GET', target = claims.target): Promise<string> {
    const head = [
      `${method} ${target} HTTP/1.1`,
      'Host: notes.example',
      'Connection: close',
      ...lines,
      '',
      '',
    ]
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(head.join('\r\n')))
      let received = ''
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(received.replace(/^HTTP\/1\.\d (\d+)[\s\S]*\r\n\r\n/, '$1 ')))
    })
  }
  const line = (token: string): string => `${assertionHeader}: ${token}`

  it('accepts an assertion, once', async () => {
    const good = line(await signer.sign(claims))
    expect(await send([good])).toBe('200 {"caller": "anonymous", "person": null, "auth": null}')
    expect(await send([good])).toMatch(/^403 /)
  })

  it('learns who is calling', async () => {
    const auth = { type: 'agent-token', agent: 'aauth:a@agent.example' }
    const token = await forge(await signer.sign(claims), key, { caller: 'verified', auth, sub: 'person' })
    const [status, ...body] = (await send([line(token)])).split(' ')
    expect(status).toBe('200')
    expect(JSON.parse(body.join(' '))).toEqual({ caller: 'verified', person: 'person', auth })
  })

  const past = Math.floor(Date.now() / 1000) - 60
  const forgeries: readonly (readonly [string, object, object?])[] = [
    ['another type', {}, { typ: 'JWT' }],
    ['no type', {}, { typ: undefined }],
    ['an unknown key', {}, { kid: 'other' }],
    ['no key', {}, { kid: undefined }],
    ['crit', {}, { crit: ['x'], x: 1 }],
    ['another issuer', { iss: 'https://other.example' }],
    ['another audience', { aud: 'other-app' }],
    ['a list of audiences', { aud: ['notes-app'] }],
    ['another method', { htm: 'POST' }],
    ['another target', { htu: `${issuer}/notes` }],
    ['a past time', { iat: past, exp: past + 30 }],
    ['a future time', { iat: past + 120, exp: past + 150 }],
    ['a long life', { exp: past + 3600 }],
    ['no times', { iat: undefined, exp: undefined }],
    ['times that are strings', { iat: String(past + 60), exp: String(past + 90) }],
    ['no jti', { jti: undefined }],
    ['no caller', { caller: undefined }],
    ['an unknown caller', { caller: 'trusted' }],
    ['no auth', { auth: undefined }],
    ['an identity of an anonymous caller', { auth: { type: 'agent-token' } }],
    ['a subject of an anonymous caller', { sub: 'x' }],
    ['no identity of a verified caller', { caller: 'verified' }],
    ['an unknown identity', { caller: 'verified', auth: { type: 'admin' } }],
    ['a subject that is not a string', { caller: 'verified', auth: { type: 'agent-token' }, sub: 1 }],
    ['no content', { content: undefined }],
    ['an unknown content', { content: 'trusted' }],
    ['a missing digest', { content: 'upstream' }],
  ]
  for (const [title, payload, header] of forgeries)
    it(`refuses ${title}, even signed by the gateway`, async () => {
      const token = await forge(await signer.sign(claims), key, payload, header)
      expect(await send([line(token)])).toBe('403 {"error": "refused"}')
    })

  it('refuses no line, an empty one, two, and two that were joined', async () => {
    const good = await signer.sign(claims)
    for (const lines of [
      [],
      [line('')],
      [line(good), line(good)],
      [line(good), line('')],
      [line(`${good}, ${good}`)],
      [line(`${good},`)],
      [`AAuth_Guard_Assertion: ${good}`],
    ])
      expect(await send(lines)).toMatch(/^403 /)
    expect(await send([line(good)])).toMatch(/^200 /)
  })

  it('refuses another request than the one that was asserted', async () => {
    const good = line(await signer.sign(claims))
    expect(await send([good], 'POST')).toMatch(/^403 /)
    expect(await send([good], 'GET', '/notes?q=ä')).toMatch(/^40[03] /)
    expect(await send([good], 'GET', '/notes')).toMatch(/^403 /)
  })

  it('refuses the signature of another key, of another algorithm and of none', async () => {
    const good = await signer.sign(claims)
    expect(await send([line(await forge(good, await generateKey('assertions-1'), {}))])).toMatch(/^403 /)
    const [, payload = ''] = good.split('.')
    const header = (alg: string): string =>
      base64url.encode(JSON.stringify({ typ: 'aauth-guard-assertion+jwt', alg, kid: 'assertions-1' }))
    expect(await send([line(`${header('none')}.${payload}.`)])).toMatch(/^403 /)
    const hmac = await new CompactSign(Buffer.from(base64url.decode(payload)))
      .setProtectedHeader({ typ: 'aauth-guard-assertion+jwt', alg: 'HS256', kid: 'assertions-1' })
      .sign(Buffer.from(JSON.parse(published).keys[0].x.padEnd(43)))
    expect(await send([line(hmac)])).toMatch(/^403 /)
  })
})
