import type { RequestListener } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createResource, type ResourceOptions } from '@aauth-guard/core'
import { type SelfSigned, selfSigned } from '@aauth-guard/fixtures/certificate'
import { notes } from '@aauth-guard/fixtures/issued'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { createTestNetwork } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { doctorCommand } from '../../src/doctor/command.ts'
import { network } from '../../src/doctor/network.ts'
import { healthyApp, listen } from './api.ts'
import { type Passed, proxyTo } from './proxy.ts'
import { agentFiles, idsOf, runCommand } from './run-doctor.ts'

const host = 'notes.example'
const trusted = selfSigned(host)
const url = `https://${host}/notes`

interface Served {
  readonly resource?: Partial<ResourceOptions>
  /** Default both protocols. */
  readonly protocols?: 'HTTP/1.1'
  readonly certificate?: SelfSigned
  /** Changes by the proxy to requests over HTTP/2. */
  readonly http2?: (passed: Passed) => Passed
  /** Answers over HTTP/2 in place of the proxy. */
  readonly answer?: (request: Http2ServerRequest, response: Http2ServerResponse) => void
}

/** Examines an API behind a proxy that terminates TLS. Loopback stands for the internet; all else here is real. */
async function examine(
  { resource, protocols, certificate = trusted, http2 = (passed) => passed, answer }: Served = {},
  signed = true,
) {
  const net = await createTestNetwork({ resource: `https://${host}` })
  const app = healthyApp(
    createResource({ issuer: net.resource, ...notes, trust: 'any', fetch: net.fetch, ...resource }),
    anyKind,
  )
  const behind = await listen(app)
  const proxy = proxyTo(behind, {
    request: (passed) => {
      const authority = passed.lines.find(([name]) => name === ':authority')?.[1]
      if (authority === undefined) return passed
      const lines = passed.lines.filter(([name]) => !name.startsWith(':'))
      return http2({ ...passed, lines: [['host', authority], ...lines] })
    },
  })
  const used: string[] = []
  const listener = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    used.push(request.httpVersion)
    if (answer && request.httpVersion === '2.0') answer(request, response)
    else proxy(...([request, response] as unknown as Parameters<RequestListener>))
  }
  const server =
    protocols === 'HTTP/1.1'
      ? createTlsServer(certificate, listener as never)
      : createSecureServer({ ...certificate, allowHTTP1: true }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  const command = doctorCommand({
    ...network,
    lookup: (onThisMachine) => (_hostname, options, callback) =>
      network.lookup(onThisMachine)('127.0.0.1', options, callback),
    port: (server.address() as AddressInfo).port,
    ca: [trusted.cert],
  })
  const agent = signed ? { ...(await agentFiles(net)) } : {}
  return { ...(await runCommand(command, { yes: [host], ...agent }, url)), used }
}

describe('aauth doctor at an API that offers HTTP/2', () => {
  it.each([true, false])(
    'reports nothing when both protocols are answered alike (signed: %s)',
    async (signed) => {
      const { findings, leftOut, requests, used } = await examine({}, signed)
      expect(findings).toEqual([])
      expect(leftOut.map(({ check }) => check)).not.toContain('HTTP/2')
      expect(used.filter((version) => version === '2.0')).toHaveLength(signed ? 2 : 1)
      expect(used).toHaveLength(requests)
    },
  )

  it('leaves HTTP/2 out when the server does not offer it', async () => {
    const { findings, leftOut } = await examine({ protocols: 'HTTP/1.1' })
    expect(findings).toEqual([])
    expect(leftOut).toContainEqual({ check: 'HTTP/2', because: 'the server does not offer HTTP/2' })
  })

  it.each<[id: string, what: string, Served]>([
    [
      'http2-differs',
      'sends the host twice',
      { http2: ({ lines, ...passed }) => ({ ...passed, lines: [...lines, ['host', 'internal']] }) },
    ],
    [
      'http2-signature-refused',
      'loses the host that agents call, beside another of the API',
      {
        resource: { authorities: ['internal.example', host] },
        http2: ({ lines, ...passed }) => ({
          ...passed,
          lines: lines.map(([name, value]) => [name, name === 'host' ? 'upstream' : value]),
        }),
      },
    ],
    ['http2-unanswered', 'ends the stream', { answer: (request) => request.stream.close(2) }],
    ['http2-unanswered', 'ends the connection', { answer: (request) => request.stream.session?.destroy() }],
  ])('reports %s when the proxy %s', async (id, _, served) => {
    expect(idsOf(await examine(served))).toEqual([id])
  })

  it('reports unreachable when the certificate is not from a known authority', async () => {
    const { findings } = await examine({ certificate: selfSigned(host) })
    expect(findings).toMatchObject([{ id: 'unreachable', found: expect.stringContaining('SELF_SIGNED') }])
  })
})
