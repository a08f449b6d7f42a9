import type { Answer, ResourceOptions, TombstoneStore } from '@aauth-guard/core'
import { answerRoutes, answerWellKnown } from '@aauth-guard/core/adapter'
import { monitorMissions } from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { told } from '@aauth-guard/fixtures/revoking'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import {
  type ServerMistake,
  type ServerRequest,
  type SignedMessage,
  type TestIssuer,
  toSignedRequest,
} from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { collectUnhandled } from '../unhandled-rejections.ts'
import { digest, generations, granted, settled, verdict } from './watched.ts'

const endpoint = 'https://notes.example/aauth/mission-terminated'

interface Announcing {
  readonly by?: TestIssuer
  readonly request?: ServerRequest
  readonly mistake?: ServerMistake
  readonly onTheWay?: (message: SignedMessage) => SignedMessage
}

interface AnnouncedWorld extends World {
  announce(content: unknown, how?: Announcing): Promise<Answer>
  /** The outcome of a call under the mission. */
  now(): Promise<string>
}

async function makeAnnounced(options: Partial<ResourceOptions> = {}): Promise<AnnouncedWorld> {
  const world = await makeWorld({ missions: monitorMissions({ announcements: true }), ...options })
  return {
    ...world,
    async announce(content, { by = world.net.personServer, request, onTheWay, mistake } = {}) {
      const body = typeof content === 'string' ? content : JSON.stringify(content)
      const headers = { 'content-type': 'application/json' }
      const message = await by.signServer(
        endpoint,
        { headers, body, ...request },
        mistake === undefined ? {} : { mistake },
      )
      const arrived = toSignedRequest(onTheWay ? onTheWay(message) : message)
      const answer = await answerRoutes(world.resource, arrived, async () => arrived.body ?? new Uint8Array())
      if (answer === undefined) throw new Error('no route answered')
      return answer
    },
    now: async () => verdict(world.call(await world.agent.authToken(granted()))),
  }
}

const body = { mission_s256: s256 }

describe('a termination that the approver announces', () => {
  it('is answered with an empty 200', async () => {
    const world = await makeAnnounced()
    expect(await world.announce(body)).toEqual({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: '',
    })
  })

  it.each(generations)('terminates the mission, in %s [MISS-9]', async (generation) => {
    const world = await makeAnnounced()
    await world.announce(body)
    const token = await world.agent.authToken(granted({ generation }))
    expect(await verdict(world.call(token))).toBe('403 mission_terminated')
  })

  it.each([
    ['its reason', { ...body, termination_reason: 'revoked' }, { status: 'terminated', reason: 'revoked' }],
    ['no reason', body, { status: 'terminated' }],
  ])('is remembered with %s', async (_, content, status) => {
    const world = await makeAnnounced()
    await world.announce(content)
    expect(await world.resource.missions.status(mission)).toEqual(status)
  })

  it('is recorded before it is answered', async () => {
    const order: string[] = []
    const add: TombstoneStore['add'] = async () => {
      await new Promise(setImmediate)
      order.push('recorded')
      return 'recorded' as const
    }
    const world = await makeAnnounced({ stores: { tombstones: { find: () => undefined, add } } })
    await world.announce(body)
    order.push('answered')
    expect(order).toEqual(['recorded', 'answered'])
  })

  it('is answered alike the second time [K12]', async () => {
    const world = await makeAnnounced()
    expect(await world.announce(body)).toEqual(await world.announce(body))
  })

  it.each(['throws', 'does not answer'])('is not answered with 200 where the store %s [K15]', async (how) => {
    const add = (): Promise<never> => {
      if (how === 'throws') throw new Error('no store')
      return neverAnswers()
    }
    const world = await makeAnnounced({ stores: { tombstones: { find: () => undefined, add } } })
    expect(told(await world.announce(body))).toEqual([503, 'server_error', undefined])
  })
})

describe('a mission of another person server', () => {
  it('cannot be terminated [L05, MISS-12]', async () => {
    const world = await makeAnnounced()
    const by = await world.net.issuer('person-server', 'https://other-ps.example')
    expect((await world.announce(body, { by })).status).toBe(200)
    expect(await world.now()).toBe('200')
  })

  it.each(['approver', 'iss', 'ps'])('cannot be terminated by naming it as %s [L05]', async (name) => {
    const world = await makeAnnounced()
    const by = await world.net.issuer('person-server', 'https://other-ps.example')
    await world.announce({ ...body, [name]: 'https://ps.example' }, { by })
    expect(await world.now()).toBe('200')
  })
})

describe('an announcement is refused', () => {
  it('from an access server', async () => {
    const world = await makeAnnounced({ accessServer: 'https://as.example' })
    const answer = await world.announce(body, { by: world.net.accessServer })
    expect(told(answer)).toEqual([403, 'unsupported_iss', undefined])
  })

  it('from an agent provider', async () => {
    const world = await makeAnnounced()
    const answer = await world.announce(body, { by: world.net.agentProvider })
    expect(told(answer)).toEqual([403, 'unsupported_iss', undefined])
  })

  it('from an issuer that trust excludes, before anything is fetched', async () => {
    const world = await makeAnnounced({ trust: { personServers: ['https://ps.example'] } })
    const by = await world.net.issuer('person-server', 'https://unlisted.example')
    expect(told(await world.announce(body, { by }))).toEqual([403, 'unsupported_iss', undefined])
    expect(world.net.fetches).toEqual([])
  })

  it.each([
    ['wrong-key', 'invalid_signature', undefined],
    ['stale', 'invalid_signature', undefined],
    ['swapped-content', 'invalid_signature', undefined],
    ['omit-content-digest', 'invalid_input', undefined],
    ['jwt-scheme', 'unsupported_scheme', 'jwks_uri'],
    ['unpublished-kid', 'unknown_key', undefined],
  ] as const)('with %s, and nothing is recorded', async (mistake, code, scheme) => {
    const world = await makeAnnounced()
    expect(told(await world.announce(body, { mistake }))).toEqual([401, code, scheme])
    expect(await world.now()).toBe('200')
  })

  it('without a signature', async () => {
    const world = await makeAnnounced()
    const onTheWay = (message: SignedMessage): SignedMessage => ({
      ...message,
      headers: message.headers.filter(([name]) => !name.startsWith('signature')),
    })
    expect(told(await world.announce(body, { onTheWay }))).toEqual([401, 'invalid_signature', 'jwks_uri'])
    expect(await world.now()).toBe('200')
  })
})

describe('an announcement', () => {
  it.each([
    ['text that is not JSON', 'x'],
    ['no content', ''],
    ['a list', '[]'],
    ['no mission', '{}'],
    ['a digest with padding', { mission_s256: `${s256}=` }],
    ['a digest that is not canonical', { mission_s256: `${'A'.repeat(42)}B` }],
    ['a digest that is not text', { mission_s256: 7 }],
    ['two missions', `{"mission_s256":"${digest(1)}","mission_s256":"${s256}"}`],
    ['a reason that is empty', { ...body, termination_reason: '' }],
    ['a reason that is null', { ...body, termination_reason: null }],
    ['a reason that is too long', { ...body, termination_reason: 'x'.repeat(129) }],
    ['a reason that breaks a line', { ...body, termination_reason: 'a\nb' }],
  ])('of %s is refused with 400', async (_, content) => {
    const world = await makeAnnounced()
    expect(told(await world.announce(content))).toEqual([400, 'invalid_request', undefined])
    expect(await world.now()).toBe('200')
  })

  it('of another media type is refused with 400', async () => {
    const world = await makeAnnounced()
    const request = { headers: { 'content-type': 'text/plain' } }
    expect(told(await world.announce(body, { request }))).toEqual([400, 'invalid_request', undefined])
  })

  it.each(['GET', 'PUT', 'DELETE'])('by %s is answered with 405', async (method) => {
    const world = await makeAnnounced()
    const answer = await world.announce(body, { request: { method } })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
  })
})

describe('many announcements', () => {
  const many = async (world: AnnouncedWorld): Promise<Set<number>> => {
    const statuses = new Set<number>()
    for (let i = 0; i < 100; i++) statuses.add((await world.announce({ mission_s256: digest(i) })).status)
    return statuses
  }

  it('are refused with 429 and Retry-After over a hundred at once, and not recorded', async () => {
    const world = await makeAnnounced()
    expect(await many(world)).toEqual(new Set([200]))
    const answer = await world.announce(body)
    expect([...(told(answer) as unknown[]), answer.headers['retry-after']]).toEqual([
      429,
      'rate_limited',
      undefined,
      '1',
    ])
    expect(await world.now()).toBe('200')
  })

  it('have the status of a mission fetched again whose announcement was refused [MISS-9]', async () => {
    let status: 'active' | 'terminated' = 'active'
    const missions = monitorMissions({ announcements: true, source: () => ({ status }) })
    const world = await makeAnnounced({ missions })
    expect(await world.now()).toBe('200')
    await many(world)
    status = 'terminated'
    expect((await world.announce(body)).status).toBe(429)
    expect(await world.now()).toBe('403 mission_terminated')
  })

  it.each(['rejects', 'throws'])(
    'are refused with 429 and no unhandled rejection if the store of statuses %s',
    async (how) => {
      const unhandled = collectUnhandled()
      const { stores } = makeSharedStores()
      const missions = monitorMissions({ announcements: true, source: () => ({ status: 'active' }) })
      const world = await makeAnnounced({ missions, stores: { statuses: stores.statuses } })
      await many(world)
      const fail = (): never => {
        throw new Error('down')
      }
      Object.assign(stores.statuses, { forget: how === 'throws' ? fail : async () => fail() })
      expect((await world.announce(body)).status).toBe(429)
      await settled()
      expect(unhandled).toEqual([])
    },
  )

  it('are not limited by a hundred revocations of the person server [MISS-9]', async () => {
    const world = await makeAnnounced()
    const headers = { 'content-type': 'application/json' }
    const revoke = async (jti: number): Promise<number | undefined> => {
      const sent = JSON.stringify({ jti: `t${jti}`, exp: 1_790_000_100 })
      const url = 'https://notes.example/aauth/revoke'
      const message = await world.net.personServer.signServer(url, { headers, body: sent })
      const arrived = toSignedRequest(message)
      return (await answerRoutes(world.resource, arrived, async () => arrived.body ?? new Uint8Array()))
        ?.status
    }
    for (let i = 0; i < 100; i++) await revoke(i)
    expect([await revoke(100), (await world.announce(body)).status]).toEqual([429, 200])
    expect(await world.now()).toBe('403 mission_terminated')
  })

  it('may repeat a recorded termination when the rate is used up', async () => {
    const world = await makeAnnounced()
    await many(world)
    expect((await world.announce({ mission_s256: digest(7) })).status).toBe(200)
    expect((await world.announce(body)).status).toBe(429)
  })

  it('do not use up the rate of another person server', async () => {
    const world = await makeAnnounced()
    await many(world)
    const by = await world.net.issuer('person-server', 'https://other-ps.example')
    expect((await world.announce(body, { by })).status).toBe(200)
  })

  it('are refused with 429 and Retry-After when no more terminations can be recorded', async () => {
    const world = await makeAnnounced({ limits: { tombstones: 1 } })
    await world.announce({ mission_s256: digest(1) })
    const answer = await world.announce(body)
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '60'])
    expect(await world.now()).toBe('503 server_error 60')
  })
})

describe('the announcement endpoint', () => {
  const metadata = async ({ resource }: World): Promise<Record<string, unknown>> =>
    JSON.parse((await answerWellKnown(resource, 'GET', '/.well-known/aauth-resource.json'))?.body ?? '')

  it('is named in the metadata if it exists', async () => {
    const world = await makeAnnounced()
    expect((await metadata(world)).mission_termination_endpoint).toBe(endpoint)
  })

  it.each([
    ['without monitorMissions', undefined],
    ['by default', monitorMissions({})],
    ['switched off', monitorMissions({ announcements: false })],
  ])('does not exist %s', async (_, missions) => {
    const world = await makeWorld(missions && { missions })
    const message = await world.net.personServer.signServer(endpoint, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = await answerRoutes(world.resource, toSignedRequest(message), async () => new Uint8Array())
    expect(answer).toBeUndefined()
    expect('mission_termination_endpoint' in (await metadata(world))).toBe(false)
  })
})
