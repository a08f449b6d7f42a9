import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer as createPlain } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createResource } from '@aauth-guard/core'
import { getAuth, protect } from '@aauth-guard/express'
import { selfSigned } from '@aauth-guard/fixtures/certificate'
import { createTestNetwork } from '@aauth-guard/testing'
import express from 'express'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hopsOf, lineOf, runFetch } from './run-fetch.ts'
import { makeFolder, makeScene, serve } from './scene.ts'

const main = resolve(import.meta.dirname, '../../src/main.ts')
const run = promisify(execFile)

describe('over plain http', () => {
  it('the octets are the signed ones, in the signed order', async () => {
    const received: string[] = []
    const server = createTcpServer((socket) => {
      let text = ''
      socket.on('data', (octets) => {
        text += octets.toString('latin1')
        if (!text.endsWith('\r\n\r\n{"a":1}')) return
        received.push(text)
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      })
    })
    const { env, clock } = await makeScene(() => () => undefined)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const args = ['-d', '{"a":1}', '-H', 'X-One: 1', '-H', 'x-one: 2']
    const ran = await runFetch([`http://localhost:${port}/a%2fb//?x=%41&&y`, ...args], { clock, env })
    expect(ran.code).toBe(0)
    const [head, ...lines] = (received[0] as string).split('\r\n')
    expect(head).toBe('POST /a%2fb//?x=%41&&y HTTP/1.1')
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      ...['host', 'accept', 'aauth-capabilities', 'x-one', 'x-one', 'content-type', 'content-digest'],
      ...['signature-key', 'signature-input', 'signature', 'content-length', 'Connection', '', '{"a"'],
    ])
    expect(lines[0]).toBe(`host: localhost:${port}`)
  })

  it('a server on IPv6 only is reached as well', async () => {
    const { env, clock } = await makeScene(() => () => undefined)

    const server = createPlain((_, res) => void res.end('"six"'))
    const listening = await new Promise<boolean>((done) => {
      server.once('error', () => done(false))
      server.listen({ port: 0, host: '::1' }, () => done(true))
    })
    // Not every machine has IPv6.
    if (!listening) return
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect((await runFetch([`http://localhost:${port}/`], { clock, env })).out).toBe('"six"')
  })
})

describe('over https, in a separate process', () => {
  it('an API verifies the call, and no proxy of the environment is used', async () => {
    const asked: string[] = []
    const proxy = await serve((req, res) => {
      asked.push(`${req.method} ${req.url}`)
      res.destroy()
    })
    const net = await createTestNetwork()
    const certificate = selfSigned('localhost')
    const app = express()
    const server = createServer(certificate, app)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const resource = createResource({
      issuer: net.resource,
      authorities: [`localhost:${port}`],
      trust: 'any',
      fetch: net.fetch,
    })
    app.post('/notes', protect(resource, { accept: 'agent-token' }), (req, res) => {
      res.json({ agent: getAuth(req, 'agent-token').agent, covered: getAuth(req, 'agent-token').covered })
    })
    const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
    const secret = await exportJWK(privateKey)
    const { d: _, ...jwk } = { ...secret, alg: 'Ed25519' }
    const agent = await net.agent()
    const holder = { id: agent.id, personServer: net.personServer, key: { ...agent.key, jwk: jwk as JWK } }
    const folder = await makeFolder()
    const [key, token, ca] = ['key.json', 'agent.jwt', 'ca.pem'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(key, JSON.stringify(secret), { mode: 0o600 })
    await writeFile(token, await net.agentProvider.agentToken(holder))
    await writeFile(ca, certificate.cert)
    const args = [main, 'fetch', `https://localhost:${port}/notes?a=1`, '--key', key, '--agent-token', token]
    const proxies = { HTTPS_PROXY: proxy, https_proxy: proxy, HTTP_PROXY: proxy, NODE_USE_ENV_PROXY: '1' }
    const env = { ...process.env, ...proxies, NODE_EXTRA_CA_CERTS: ca }
    const { stdout } = await run(process.execPath, [...args, '-d', '{}', '--json'], { env })
    const ran = { code: 0, out: stdout.trim(), err: '' }
    expect([lineOf(ran).body, hopsOf(ran), asked]).toEqual([
      {
        agent: agent.id,
        covered: [
          ...['@method', '@authority', '@path', 'signature-key', '@query'],
          ...['content-digest', 'content-type'],
        ],
      },
      ['200 agent-token POST /notes'],
      [],
    ])
    const unknown = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const failed = await run(process.execPath, args, { env: unknown }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    expect((failed as { stderr: string }).stderr).toContain('could not be asked: DEPTH_ZERO_SELF_SIGNED_CERT')
  })
})
