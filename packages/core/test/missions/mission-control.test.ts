import { createResource } from '@aauth-guard/core'
import { missionControl, monitorMissions } from '@aauth-guard/core/missions'
import { s256 } from '@aauth-guard/fixtures/missions'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type ControlledWorld,
  controlMembers,
  inSeconds,
  isActive,
  makeControlled,
  managementMembers,
  personServer,
  type Reply,
} from './control-server.ts'

const open: ControlledWorld[] = []
const make: typeof makeControlled = async (...given) => {
  const world = await makeControlled(...given)
  open.push(world)
  return world
}
afterEach(() => Promise.all(open.splice(0).map(({ net }) => net.close())))

const fresh = { mission_s256: s256, fresh_until: inSeconds(3000) }
const isTerminated = { ...fresh, mission_status: 'terminated' }

describe.each([
  ['the control endpoint', controlMembers, `/control/${s256}`, { action: 'status' }],
  ['the mission endpoint', managementMembers, '/mission', { operation: 'status', mission_s256: s256 }],
] as const)('the status operation at %s', (_, members, path, body) => {
  it('is called with one POST that names the mission', async () => {
    const world = await make(members)
    expect(await world.post()).toBe('200')
    expect(world.asked.map((asked) => [asked.method, asked.path, asked.body])).toEqual([['POST', path, body]])
  })

  it.each(['Ed25519', 'ES256'] as const)(
    'is called with a signature of the resource itself with %s, which another implementation verifies',
    async (alg) => {
      const world = await make(members, { alg })
      await world.post()
      expect(world.asked.map(({ signer }) => signer)).toEqual([
        { id: 'https://notes.example', kid: alg === 'ES256' ? 'r2' : 'r1', dwk: 'aauth-resource.json' },
      ])
    },
  )

  it('terminates the mission when the person server says so [MISS-9]', async () => {
    const world = await make(members)
    world.replies(() => ({ body: { ...isTerminated, termination_reason: 'completed' } }))
    expect(await world.post()).toBe('403 mission_terminated')
    expect(world.refusals[0]?.problem.termination_reason).toBe('completed')
  })
})

describe('the status request', () => {
  it('covers its content and the base components', async () => {
    const world = await make()
    await world.post()
    expect(world.asked[0]?.covered).toEqual([
      '@method',
      '@authority',
      '@path',
      'content-digest',
      'content-type',
      'signature-key',
    ])
  })

  it('contains nothing about anybody but the resource: no cookie, no token, no agent', async () => {
    const world = await make()
    await world.post()
    const {
      host,
      connection: _,
      'content-length': __,
      'transfer-encoding': ___,
      ...headers
    } = world.asked[0]?.headers ?? {}
    expect([host, Object.keys(headers).sort()]).toEqual([
      'controlled-ps.example',
      [
        'accept',
        'accept-encoding',
        'content-digest',
        'content-type',
        'signature',
        'signature-input',
        'signature-key',
        'user-agent',
      ],
    ])
  })

  it('is sent to the control endpoint when both are offered', async () => {
    const world = await make({ ...managementMembers, ...controlMembers })
    await world.post()
    expect(world.asked.map(({ path }) => path)).toEqual([`/control/${s256}`])
  })

  it('is sent to the mission endpoint when the control endpoint does not support status', async () => {
    const world = await make({
      ...managementMembers,
      ...controlMembers,
      mission_control_actions_supported: ['approve'],
    })
    await world.post()
    expect(world.asked.map(({ path }) => path)).toEqual(['/mission'])
  })
})

describe('five answers in a row', () => {
  const questions = async (status: number): Promise<number> => {
    const world = await make(controlMembers)
    world.replies(() => ({ status, body: {} }))
    const { resource } = world
    for (const last of ['A', 'E', 'I', 'M', 'Q', 'U'])
      await resource.missions.status({ approver: personServer, s256: `${s256.slice(0, 42)}${last}` })
    return world.asked.length
  }

  it('that are missing open the circuit as well', async () => {
    let sent = 0
    const world = await make(controlMembers)
    const fetch: typeof globalThis.fetch = (input, init) => {
      if (init?.method !== 'POST') return world.net.fetch(input, init)
      sent += 1
      return Promise.reject(new TypeError('no route to host'))
    }
    const { issuer } = world.resource
    const missions = monitorMissions({ source: missionControl() })
    const resource = createResource({ issuer, trust: 'any', missions, fetch, now: world.net.clock.now })
    for (const last of ['A', 'E', 'I', 'M', 'Q', 'U'])
      await resource.missions.status({ approver: personServer, s256: `${s256.slice(0, 42)}${last}` })
    expect(sent).toBe(5)
  })

  it.each([500, 503, 429])('of %i open the circuit', async (status) => {
    expect(await questions(status)).toBe(5)
  })

  it.each([200, 400, 401, 403, 404])('of %i do not open it', async (status) => {
    expect(await questions(status)).toBe(6)
  })
})

describe('the reason why a status is unavailable', () => {
  const { mission_control_actions_supported: actions } = controlMembers
  const offersNone = 'the metadata of the person server contains no endpoint for the status of missions'
  it.each<readonly [string, object, Reply['body']]>([
    [offersNone, {}, undefined],
    [offersNone, { mission_control_endpoint: 7, mission_control_actions_supported: actions }, undefined],
    [offersNone, { ...managementMembers, mission_endpoint: 7 }, undefined],
    [
      'the person server answered with the status "suspended"',
      controlMembers,
      { ...fresh, mission_status: 'suspended' },
    ],
    [
      '"fresh_until" of the person server is not a date-time',
      controlMembers,
      { ...fresh, mission_status: 'active', fresh_until: '2030-13-01T00:00:00Z' },
    ],
    ['the person server answered for another mission', controlMembers, { mission_s256: 'x' }],
    ['the person server answered 200', controlMembers, 'no'],
  ])('is reported to the operator: %s', async (hint, members, body) => {
    const world = await make(members as Record<string, unknown>)
    world.replies(() => ({ body }))
    await world.post()
    expect(world.refusals.at(-1)?.hint).toBe(`the status of mission ${s256} is unavailable: ${hint}`)
  })
})

describe('a person server that does not offer status', () => {
  it.each([
    ['nothing', {}],
    ['an endpoint without operations', { mission_endpoint: managementMembers.mission_endpoint }],
    ['operations without endpoint', { mission_management_operations_supported: ['status'] }],
    ['other operations', { ...managementMembers, mission_management_operations_supported: ['terminate'] }],
    ['operations as text', { ...managementMembers, mission_management_operations_supported: 'status' }],
    ['an endpoint that is not text', { ...managementMembers, mission_endpoint: 7 }],
    ['an endpoint that is not a URL', { ...managementMembers, mission_endpoint: '/mission' }],
    ['actions without endpoint', { mission_control_actions_supported: ['status'] }],
    ['other actions', { ...controlMembers, mission_control_actions_supported: ['approve'] }],
    ['actions as text', { ...controlMembers, mission_control_actions_supported: 'status' }],
    ['another origin', { ...managementMembers, mission_endpoint: 'https://elsewhere.example/mission' }],
    ['another port', { ...managementMembers, mission_endpoint: `${personServer}:8443/mission` }],
    ['http', { ...managementMembers, mission_endpoint: 'http://controlled-ps.example/mission' }],
    ['a user', { ...managementMembers, mission_endpoint: 'https://u@controlled-ps.example/mission' }],
    ['a query', { ...managementMembers, mission_endpoint: `${personServer}/mission?a=b` }],
    ['a fragment', { ...managementMembers, mission_endpoint: `${personServer}/mission#a` }],
  ])('but only %s gets no request, and its missions have the status unknown', async (_, members) => {
    const world = await make(members)
    const fetched = world.net.fetches.length
    expect(await world.post()).toBe('503 server_error 3')
    expect(world.asked).toEqual([])
    const urls = world.net.fetches.slice(fetched).map(({ url }) => url)
    expect(urls).toEqual([`${personServer}/.well-known/aauth-person.json`, `${personServer}/jwks.json`])
  })
})

const bad: readonly (readonly [string, () => Reply])[] = [
  ...[201, 204, 400, 401, 403, 404, 429, 500, 503].map(
    (status) => [`answers ${status}`, () => ({ ...isActive(), status })] as const,
  ),
  ['redirects', () => ({ status: 307, headers: { location: `${personServer}/control/elsewhere` } })],
  ['answers 403 mission_terminated, which is for agents', () => ({ status: 403, body: isTerminated })],
  ['answers text that is not JSON', () => ({ body: '{"mission_s256":' })],
  ['answers a list', () => ({ body: [isTerminated] })],
  ['answers without content', () => ({})],
  ['answers members twice', () => ({ body: `{"mission_s256":"x",${JSON.stringify(isTerminated).slice(1)}` })],
  [
    'answers without the digest of the mission',
    () => ({ body: { ...isTerminated, mission_s256: undefined } }),
  ],
  ['answers for another mission', () => ({ body: { ...isTerminated, mission_s256: zeroOctets } })],
  ['answers another status', () => ({ body: { ...fresh, mission_status: 'suspended' } })],
  ['answers no status', () => ({ body: fresh })],
  ['answers a status in capitals', () => ({ body: { ...fresh, mission_status: 'Active' } })],
  [
    'answers "active" without fresh_until',
    () => ({ body: { mission_s256: s256, mission_status: 'active' } }),
  ],
  ...[
    null,
    4_000_000_000,
    '',
    'tomorrow',
    '2030-01-01',
    '2030-01-01T00:00:00',
    '2030-13-01T00:00:00Z',
    [inSeconds(20)],
  ].map(
    (until) =>
      [
        `answers "active" with fresh_until ${JSON.stringify(until)}`,
        () => ({ body: { ...fresh, mission_status: 'active', fresh_until: until } }),
      ] as const,
  ),
  [
    'answers "active" with a fresh_until that has passed',
    () => ({ body: { ...fresh, mission_status: 'active', fresh_until: inSeconds(-1) } }),
  ],
  ['answers more than 64 KiB', () => ({ body: { ...isTerminated, padding: 'x'.repeat(65_536) } })],
]

describe('a person server that', () => {
  it.each(bad)('%s gives no status: the request is answered 503', async (_, reply) => {
    const world = await make()
    world.replies(reply)
    expect(await world.post()).toBe('503 server_error 3')
    expect(world.asked).toHaveLength(1)
  })

  it('answers "active" is asked again once its fresh_until has passed', async () => {
    const world = await make()
    const until = Math.floor(Date.now() / 1000) + 20
    const body = { ...fresh, mission_status: 'active', fresh_until: new Date(until * 1000).toISOString() }
    world.replies(() => ({ body }))
    expect(await world.post()).toBe('200')
    world.net.clock.set(until)
    expect(await world.post()).toBe('503 server_error 3')
    expect(world.asked).toHaveLength(2)
  })

  it.each(['2030-01-01T00:00:00Z', '2030-01-01T00:00:00.123Z', '2030-01-01T00:00:00+02:00'])(
    'may write fresh_until as %s',
    async (until) => {
      const world = await make()
      world.replies(() => ({ body: { ...fresh, mission_status: 'active', fresh_until: until } }))
      expect(await world.post()).toBe('200')
    },
  )

  it('"terminated" with a reason that is not text terminates it without a reason', async () => {
    const world = await make()
    world.replies(() => ({ body: { ...isTerminated, termination_reason: 7 } }))
    expect(await world.post()).toBe('403 mission_terminated')
    expect(world.refusals[0]?.problem.termination_reason).toBeUndefined()
  })

  it('needs no fresh_until to say "terminated"', async () => {
    const world = await make()
    world.replies(() => ({ body: { mission_s256: s256, mission_status: 'terminated' } }))
    expect(await world.post()).toBe('403 mission_terminated')
  })
})

describe('a resource that cannot sign', () => {
  it('sends nothing, and the request is answered 503', async () => {
    const world = await make(controlMembers, {
      signingKey: {
        publicKey: { kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', kid: 'kms', x: zeroOctets },
        sign: () => Promise.reject(new Error('the KMS is down')),
      },
      publishedKeys: [],
    })
    expect(await world.post()).toBe('503 server_error 3')
    expect(world.refusals.at(-1)?.hint).toMatch(/: the KMS is down$/)
    expect(world.asked).toEqual([])
  })
})
