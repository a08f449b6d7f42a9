import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { now } from '@aauth-guard/fixtures/world'
import {
  createTestNetwork,
  makeKey,
  type ServerSignOptions,
  type TestNetwork,
  toRequest,
} from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { signAsServer } from '../src/signing/server-signature.ts'
import { linesOf, verifies } from './received.ts'

const notes = 'https://notes.example'
const ps = 'https://ps.example'
const proposal = { description: 'Sort the notes' }

/** A network with a resource that publishes a key and calls its person server with it. */
async function makeManager(id = notes) {
  const net = await createTestNetwork({ now, seed: 'status' })
  const key = await makeKey('a resource', 'rs-1', 'ES256')
  await net.listen((req, res) => {
    const metadata = { issuer: id, jwks_uri: `${id}/keys` }
    res.end(JSON.stringify(req.url === '/keys' ? { keys: [{ ...key.jwk, kid: key.kid }] } : metadata))
  }, id)
  onTestFinished(() => net.close())
  const agent = await net.agent()
  const mission = await net.personServer.missions.begin(agent, proposal)
  const send = async (path: string, body: unknown, options: ServerSignOptions = {}, signal?: AbortSignal) => {
    const identity = { id, dwk: 'aauth-resource.json', key, now: net.clock.now() }
    const headers = { 'content-type': 'application/json' }
    const request = { headers, body: JSON.stringify(body) }
    const message = await signAsServer(identity, `${ps}${path}`, request, options)
    return net.fetch(toRequest(message), signal ? { signal } : {})
  }
  const status = async (s256 = mission.s256, options?: ServerSignOptions) => {
    const response = await send(`/mission-control/${s256}`, { action: 'status' }, options)
    return [response.status, await response.json()] as const
  }
  return { net, agent, send, status, s256: mission.s256, missions: net.personServer.missions }
}

const metadata = async (net: TestNetwork) =>
  (await (await net.fetch(`${ps}/.well-known/aauth-person.json`)).json()) as Record<string, unknown>

describe('the status of a mission', () => {
  it('is active, and fresh for half a minute', async () => {
    const { status, s256 } = await makeManager()
    expect(await status()).toEqual([
      200,
      {
        mission_s256: s256,
        mission_status: 'active',
        approved_at: '2026-09-21T14:13:20.000Z',
        observed_at: '2026-09-21T14:13:20.000Z',
        fresh_until: '2026-09-21T14:13:50.000Z',
      },
    ])
  })

  it('is terminated, with the time and the reason, and fresh as long as configured', async () => {
    const { net, status, s256, missions } = await makeManager()
    net.clock.advance(10)
    await missions.end(s256, 'completed')
    net.clock.advance(10)
    missions.freshness = 5
    expect(await status()).toEqual([
      200,
      {
        mission_s256: s256,
        mission_status: 'terminated',
        approved_at: '2026-09-21T14:13:20.000Z',
        terminated_at: '2026-09-21T14:13:30.000Z',
        termination_reason: 'completed',
        observed_at: '2026-09-21T14:13:40.000Z',
        fresh_until: '2026-09-21T14:13:45.000Z',
      },
    ])
  })

  it('is not found for an unknown mission, or by a resource that is not registered', async () => {
    const { status, missions } = await makeManager()
    const unknown = await status(zeroOctets)
    missions.managers = ['https://files.example']
    expect([unknown, await status()]).toEqual(Array(2).fill([404, { error: 'mission_not_found' }]))
  })

  it('is available to a resource that is registered', async () => {
    const { status, missions } = await makeManager('https://files.example')
    missions.managers = ['https://files.example']
    expect((await status())[0]).toBe(200)
  })

  it('changes when a registered resource terminates the mission', async () => {
    const { send, status, s256 } = await makeManager()
    const response = await send(`/mission-control/${s256}`, { action: 'terminate' })
    expect([response.status, (await status())[1]]).toMatchObject([
      200,
      { mission_status: 'terminated', termination_reason: 'administrative' },
    ])
  })

  it('is the only request beside termination', async () => {
    const { send, s256 } = await makeManager()
    const response = await send(`/mission-control/${s256}`, { action: 'pause' })
    expect([response.status, await response.json()]).toEqual([400, { error: 'unsupported_action' }])
  })

  it('requires the signature of the resource', async () => {
    const { status, s256 } = await makeManager()
    expect(await status(s256, { mistake: 'wrong-key' })).toEqual([401, { error: 'invalid_signature' }])
  })

  it('is not available to a person server', async () => {
    const { net, s256 } = await makeManager()
    const request = { headers: { 'content-type': 'application/json' }, body: '{"action":"status"}' }
    const message = await net.personServer.signServer(`${ps}/mission-control/${s256}`, request)
    expect((await net.fetch(toRequest(message))).status).toBe(403)
  })

  it('is in the metadata, with the supported actions', async () => {
    const { net } = await makeManager()
    expect(await metadata(net)).toMatchObject({
      mission_control_endpoint: `${ps}/mission-control`,
      mission_control_actions_supported: ['status', 'terminate'],
    })
  })

  it('is not offered when it is switched off', async () => {
    const { net, send, s256, missions } = await makeManager()
    missions.control = 'none'
    const response = await send(`/mission-control/${s256}`, { action: 'status' })
    expect([response.status, Object.keys(await metadata(net)).join()]).toEqual([
      404,
      expect.not.stringMatching(/control|management/),
    ])
  })
})

describe('the older form of the status', () => {
  it('is an operation of the mission endpoint, with the same answer', async () => {
    const { net, send, s256, missions } = await makeManager()
    missions.control = 'operation'
    const response = await send('/mission', { operation: 'status', mission_s256: s256 })
    expect([response.status, await response.json(), await metadata(net)]).toMatchObject([
      200,
      { mission_s256: s256, mission_status: 'active', fresh_until: '2026-09-21T14:13:50.000Z' },
      { mission_management_operations_supported: ['status'] },
    ])
  })

  it('supports no other operation, and leaves proposals to agents', async () => {
    const { agent, send, s256, missions } = await makeManager()
    missions.control = 'operation'
    missions.approves = 'at-once'
    const response = await send('/mission', { operation: 'terminate', mission_s256: s256 })
    expect([response.status, (await agent.proposeMission(proposal)).approver]).toEqual([400, ps])
  })
})

describe('a misbehaviour of the status', () => {
  it.each([
    ['other-mission', { mission_s256: zeroOctets, mission_status: 'active' }],
    ['unknown-status', { mission_status: 'paused' }],
    ['stale', { observed_at: '2026-09-21T14:13:20.000Z', fresh_until: '2026-09-21T14:13:20.000Z' }],
  ] as const)('%s is wrong in that only', async (misbehaviour, members) => {
    const { status, missions } = await makeManager()
    const honest = (await status())[1] as object
    missions.misbehaviour = misbehaviour
    expect(await status()).toEqual([200, { ...honest, ...members }])
  })

  it.each([
    ['server-error', 500, null],
    ['redirect', 307, 'https://elsewhere.example/'],
  ] as const)('%s has status %i', async (misbehaviour, code, location) => {
    const { send, s256, missions } = await makeManager()
    missions.misbehaviour = misbehaviour
    const { status, headers } = await send(`/mission-control/${s256}`, { action: 'status' })
    expect([status, headers.get('location')]).toEqual([code, location])
  })

  it('not-json is not JSON', async () => {
    const { status, missions } = await makeManager()
    missions.misbehaviour = 'not-json'
    await expect(status()).rejects.toThrow(SyntaxError)
  })

  it('huge is larger than any status', async () => {
    const { send, s256, missions } = await makeManager()
    missions.misbehaviour = 'huge'
    const response = await send(`/mission-control/${s256}`, { action: 'status' })
    expect((await response.text()).length).toBeGreaterThan(300_000)
  })

  it('hang gives no answer until the caller aborts', async () => {
    const { send, s256, missions } = await makeManager()
    missions.misbehaviour = 'hang'
    const gone = new AbortController()
    const asking = send(`/mission-control/${s256}`, { action: 'status' }, {}, gone.signal)
    gone.abort(new Error('gave up'))
    await expect(asking).rejects.toThrow('gave up')
  })

  it('hanging-body starts and never continues', async () => {
    const { send, s256, missions } = await makeManager()
    missions.misbehaviour = 'hanging-body'
    const reader = (await send(`/mission-control/${s256}`, { action: 'status' })).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"mission_status":')
    const winner = await Promise.race([
      reader?.read(),
      new Promise((resolve) => setImmediate(resolve, 'nothing')),
    ])
    expect(winner).toBe('nothing')
  })
})

describe('missions.announce', () => {
  it('announces a termination to a resource, signed by the person server', async () => {
    const net = await createTestNetwork({ now, seed: 'announce' })
    onTestFinished(() => net.close())
    const heard: { url: string; body: string; headers: [string, string][] }[] = []
    await net.listen(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk as Buffer)
      const headers = Object.entries(req.headers) as [string, string][]
      heard.push({ url: `${req.method} ${req.url}`, body: Buffer.concat(chunks).toString(), headers })
      res.statusCode = req.method === 'GET' ? 200 : 202
      res.end(JSON.stringify({ mission_termination_endpoint: `${notes}/aauth/mission-ended` }))
    })
    const { missions, key } = net.personServer
    const { s256 } = await missions.begin('aauth:planner@agent.example', proposal)
    await missions.end(s256, 'completed')
    const response = await missions.announce(s256)
    const [, told] = heard
    const { body = '', headers = [], url = '' } = told ?? {}
    const message = {
      ...{ method: 'POST', url: `${notes}/aauth/mission-ended`, target: '/aauth/mission-ended' },
      ...{ headers, base: '', body: new TextEncoder().encode(body) },
    }
    expect([response.status, url, JSON.parse(body), verifies(message, key)]).toEqual([
      202,
      'POST /aauth/mission-ended',
      { mission_s256: s256, termination_reason: 'completed' },
      true,
    ])
    expect(linesOf(message, 'signature-input')[0]).toContain('"content-digest" "content-type"')
  })

  it('announces nothing to a resource that publishes no endpoint', async () => {
    const net = await createTestNetwork({ now, seed: 'announce' })
    onTestFinished(() => net.close())
    await net.listen((_req, res) => void res.end('{}'), 'https://files.example')
    const telling = net.personServer.missions.announce(zeroOctets, { to: 'https://files.example' })
    await expect(telling).rejects.toThrow('https://files.example publishes no mission termination endpoint')
  })
})
