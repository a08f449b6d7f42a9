import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { get } from 'node:http'
import type { Socket } from 'node:net'
import { startNameServer } from '@aauth-guard/fixtures/name-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createGuardedFetch } from '../../../core/src/platform/egress.ts'
import { doctorCommand } from '../../src/doctor/command.ts'
import { network } from '../../src/doctor/network.ts'
import { NoAnswerError, Prober, RequestLimitError } from '../../src/doctor/prober.ts'
import { targetOf } from '../../src/doctor/target.ts'
import { type ApiOptions, listen, serveApi } from './api.ts'
import { type Passed, type Returned, withBody } from './proxy.ts'
import { asAgent, examined, idsOf, runCommand } from './run-doctor.ts'

/** Adds members to the metadata. */
const naming = (members: object): ApiOptions => ({
  proxy: {
    answer: (returned: Returned, { target }: Passed) =>
      target.startsWith('/.well-known/')
        ? withBody(returned, JSON.stringify({ ...JSON.parse(returned.body), ...members }))
        : returned,
  },
})

/** Address and port of every connection of this process from here on. */
function recordConnections(): string[] {
  const dialled: string[] = []
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    socket.on('connectionAttempt', (address: string, port: number) => dialled.push(`${address}:${port}`))
  }
  subscribe('net.client.socket', onSocket)
  onTestFinished(() => void unsubscribe('net.client.socket', onSocket))
  return dialled
}

describe('the requests of aauth doctor', () => {
  it('are only GET and HEAD, go to the URL and the URLs in the metadata, and are counted correctly', async () => {
    const api = await serveApi()
    const { requests } = await examined([api.url, ...(await asAgent(api.net))])
    expect(requests).toBe(api.requests.length)
    expect(requests).toBeLessThanOrEqual(24)
    expect(api.mostAtOnce).toBeLessThanOrEqual(4)
    expect([...new Set(api.requests)].sort()).toEqual([
      'GET /.well-known/aauth-resource.json',
      'GET /aauth/jwks.json',
      'GET /aauth/revoke',
      'GET /notes',
      'HEAD /notes',
    ])
  })

  it('stay within the limit when no guess explains what a proxy changes', async () => {
    const api = await serveApi({
      path: '/a/b/c/Notes//x%2Fy',
      resource: { additionalSignatureComponents: ['content-digest'] },
      proxy: { request: (passed) => ({ ...passed, target: passed.target.replace(/^\/a\/b.*/, '/notes/z') }) },
    })
    const { requests, findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'signature-refused', found: expect.stringContaining('none of 6 guesses') },
    ])
    expect(requests).toBe(api.requests.length)
    expect(requests).toBeLessThanOrEqual(24)
  })

  it('are at most 24, 4 of them concurrently, whatever the checks request', async () => {
    let [running, most, served] = [0, 0, 0]
    const waiting: (() => void)[] = []
    const origin = await listen((req, res) => {
      if (req.url === '/last') {
        // Earlier connections have arrived by then.
        for (const answer of waiting.splice(0)) answer()
        res.end()
        return
      }
      running += 1
      served += 1
      most = Math.max(most, running)
      waiting.push(() => {
        running -= 1
        res.end()
      })
      if (waiting.length === 4) get(`${origin}/last`, { agent: false }).on('error', () => undefined)
    })
    const prober = new Prober(targetOf(`${origin}/notes`), network)
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => prober.send()))
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect([served, most, prober.requests]).toEqual([24, 4, 24])
    expect(refused.map(({ reason }) => reason instanceof RequestLimitError)).toEqual(Array(6).fill(true))
  })

  it('read up to 64 KiB of an answer and then close the connection', async () => {
    let ended = (): void => undefined
    const closed = new Promise<void>((resolve) => {
      ended = resolve
    })
    const origin = await listen((_req, res) => {
      res.on('close', () => ended())
      res.write('x'.repeat(70_000))
    })
    const answer = await new Prober(targetOf(`${origin}/`), network).send()
    await closed
    expect([answer.text.length, answer.isCut]).toEqual([65_536, true])
  })

  it('do not follow redirects', async () => {
    const api = await serveApi({
      proxy: {
        instead: ({ target }) =>
          target === '/elsewhere'
            ? undefined
            : { status: 302, lines: [['location', '/elsewhere']], body: '' },
      },
    })
    expect(idsOf(await examined([api.url]))).toEqual(['redirected', 'metadata-redirected'])
    expect(api.requests).not.toContain('GET /elsewhere')
  })
})

describe('a URL in the metadata', () => {
  it('on another origin is reported and not fetched', async () => {
    const elsewhere: string[] = []
    const other = await listen((req, res) => {
      elsewhere.push(String(req.url))
      res.end()
    })
    const api = await serveApi(naming({ jwks_uri: `${other}/jwks.json` }))
    const { findings, leftOut } = await examined([api.url])
    expect(findings).toMatchObject([
      {
        id: 'jwks-uri-elsewhere',
        found: `The "jwks_uri" is "${other}/jwks.json", on another origin than the API. It was not fetched.`,
      },
    ])
    expect(leftOut.map(({ check }) => check)).toContain('keys')
    expect(elsewhere).toEqual([])
  })

  it('that is a blob: URL on the origin of the API is reported and not fetched', async () => {
    const api = await serveApi({
      proxy: {
        answer: (returned, { target, lines }) => {
          const [, host] = lines.find(([name]) => name === 'host') ?? []
          const members = { jwks_uri: `blob:http://${host}/aauth/jwks.json` }
          return target.startsWith('/.well-known/')
            ? withBody(returned, JSON.stringify({ ...JSON.parse(returned.body), ...members }))
            : returned
        },
      },
    })
    expect(idsOf(await examined([api.url]))).toEqual(['jwks-uri-elsewhere'])
  })

  it('on this machine is fetched when the API is here and --also names the host', async () => {
    const elsewhere: string[] = []
    const other = await listen((req, res) => {
      elsewhere.push(String(req.url))
      res.setHeader('content-type', 'application/json').end('{"keys":[]}')
    })
    const api = await serveApi(naming({ jwks_uri: `${other}/jwks.json` }))
    const { findings } = await examined([api.url, '--also', new URL(other).host])
    expect(idsOf({ findings })).toEqual(['jwks-uri-elsewhere', 'keys-empty'])
    expect(new Set(elsewhere)).toEqual(new Set(['/jwks.json']))
  })

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://metadata.google.internal/',
    'https://10.0.0.1/jwks.json',
    'file:///etc/passwd',
  ])('is never fetched when it is %s, even if --also names the host', async (jwksUri) => {
    const dialled = recordConnections()
    const { host } = new URL(jwksUri)
    const api = await serveApi(naming({ jwks_uri: jwksUri, revocation_endpoint: jwksUri }))
    const { findings } = await examined([api.url, ...(host === '' ? [] : ['--also', host])])
    expect(idsOf({ findings })).toContain('jwks-uri-elsewhere')
    expect(new Set(dialled.map((place) => place.split(':')[0]))).toEqual(new Set(['127.0.0.1']))
  })

  it.each(['169.254.169.254', '127.0.0.1', '10.0.0.1'])(
    'is not fetched when --also allows a name that resolves to %s',
    async (address) => {
      const names = await startNameServer(() => [address])
      onTestFinished(() => names.close())
      const dialled = recordConnections()
      const command = doctorCommand({
        ...network,
        guardedFetch: createGuardedFetch({ nameServers: [names.address] }),
      })
      const api = await serveApi(naming({ jwks_uri: 'https://keys.example/jwks.json' }))
      const { findings, leftOut } = await runCommand(command, { also: ['keys.example'] }, api.url)
      expect(idsOf({ findings })).toEqual(['jwks-uri-elsewhere'])
      expect(leftOut).toContainEqual({
        check: 'keys',
        because: 'it leads to an address that is not on the public internet',
      })
      expect(names.asked.map(({ name }) => name)).toContain('keys.example')
      expect(dialled.filter((place) => place.endsWith(':443'))).toEqual([])
    },
  )

  it('is shown with control and bidi characters escaped', async () => {
    const api = await serveApi(naming({ issuer: 'https://evil.example/\u001b[2J\u202e' }))
    const { findings } = await examined([api.url])
    expect(findings[0]?.found).toContain(String.raw`"https://evil.example/\u{1b}[2J\u{202e}"`)
  })
})

describe('a name that resolves to an address without APIs', () => {
  it.each([
    '169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    'fe80::1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
  ])('is not connected to at %s', async (address) => {
    const { mayHoldAnApi } = await import('../../src/doctor/api-address.ts')
    expect(mayHoldAnApi(address)).toBe(false)
  })

  it('is refused when it is the host of the URL', async () => {
    const dialled = recordConnections()
    const prober = new Prober(targetOf('https://notes.example/'), {
      ...network,
      lookup: (onThisMachine) => (_hostname, options, callback) =>
        network.lookup(onThisMachine)('169.254.169.254', options, callback),
    })
    await expect(prober.send()).rejects.toThrow('the name leads to 169.254.169.254')
    await expect(prober.sendHttp2()).rejects.toThrow('the name leads to 169.254.169.254')
    expect(dialled).toEqual([])
  })

  it('is refused when it should be this machine and resolves to another address', async () => {
    const dialled = recordConnections()
    const prober = new Prober(targetOf('http://localhost:9/'), {
      ...network,
      lookup: (onThisMachine) => (_hostname, options, callback) =>
        network.lookup(onThisMachine)('10.0.0.1', options, callback),
    })
    await expect(prober.send()).rejects.toThrow(NoAnswerError)
    expect(dialled).toEqual([])
  })
})
