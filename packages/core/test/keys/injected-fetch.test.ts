import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { type AnsweredWorld, makeAnsweredWorld, personKeys, personMetadata } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

describe('the requests to an issuer', () => {
  async function sent(): Promise<readonly [url: string, init: RequestInit][]> {
    const world = await makeAnsweredWorld()
    const requests: [string, RequestInit][] = []
    for (const url of [personMetadata, personKeys]) {
      world.answer(url, (init = {}) => {
        requests.push([url, init])
        return world.net.fetch(url, init)
      })
    }
    const token = await world.agent.personToken()
    const headers = { cookie: 'session=1', authorization: 'AAuth opaque', 'x-forwarded-for': '192.0.2.1' }
    await world.call(token, { requirement: personRoute, headers })
    return requests
  }

  it('are one for the well-known document and one for the keys, with nothing of the caller [I33, JWKS-1]', async () => {
    const requests = (await sent()).map(([url, { headers }]) => [url, headers])
    expect(requests).toEqual([
      [
        'https://ps.example/.well-known/aauth-person.json',
        { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'aauth-guard' },
      ],
      [
        'https://ps.example/jwks.json',
        {
          accept: 'application/jwk-set+json, application/json',
          'accept-encoding': 'identity',
          'user-agent': 'aauth-guard',
        },
      ],
    ])
  })

  it('do not follow redirects and have no method, body or credentials of their own [I07]', async () => {
    for (const [, init] of await sent()) {
      expect(init.redirect).toBe('manual')
      expect(Object.keys(init).sort()).toEqual(['headers', 'redirect', 'signal'])
    }
  })

  it.each([
    ['agent token', 'https://agent.example/.well-known/aauth-agent.json', 'agentToken'],
    ['person token', 'https://ps.example/.well-known/aauth-person.json', 'personToken'],
    ['auth token', 'https://ps.example/.well-known/aauth-person.json', 'authToken'],
  ] as const)('go to the document that the dwk of an %s names', async (_, url, mint) => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world, world.agent[mint]())
    expect(world.asked[0]).toBe(url)
  })

  it('go to aauth-access.json for the token of an access server', async () => {
    const world = await makeAnsweredWorld({ accessServer: 'https://as.example' })
    await outcomeOf(world, world.agent.authToken({}, world.net.accessServer))
    expect(world.asked).toEqual([
      'https://as.example/.well-known/aauth-access.json',
      'https://as.example/jwks.json',
    ])
  })
})

describe('an injected fetch that is broken', () => {
  async function refusalWith(fetcher: () => unknown): Promise<[number, string | undefined]> {
    const world = await makeAnsweredWorld()
    world.answer(personMetadata, fetcher as Parameters<AnsweredWorld['answer']>[1])
    const { status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    return [status, headers['retry-after']]
  }

  it.each<[string, () => unknown]>([
    ['rejects with an Error', () => Promise.reject(new Error('fetch failed'))],
    ['rejects with no Error', () => Promise.reject('down')],
    ['rejects with nothing', () => Promise.reject(undefined)],
    [
      'answers with a body that breaks',
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.error('reset'),
          }),
          { headers: { 'content-type': 'application/json' } },
        ),
    ],
  ])('leads to 503 like an unavailable issuer when it %s [R11-130]', async (_, fetcher) => {
    expect(await refusalWith(fetcher)).toEqual([503, '5'])
  })
})

it.each<[string, () => never]>([
  [
    'an Error',
    () => {
      throw new Error('no fetch here')
    },
  ],
  [
    'no Error',
    () => {
      throw 'no fetch here'
    },
  ],
])('an injected fetch that throws %s synchronously leads to 503 [R11-130]', async (_, fetcher) => {
  const world = await makeWorld({ fetch: fetcher })
  const { status, headers } = await world.refusal(await world.agent.personToken(), {
    requirement: personRoute,
  })
  expect([status, headers['retry-after']]).toEqual([503, '5'])
})
