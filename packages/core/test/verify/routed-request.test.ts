import { authorize, type RoutedRequest } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

/** What a client sends that signs `path` and puts `target` on the request line. */
async function seen(world: World, path: string, target: string, grant = {}): Promise<RoutedRequest> {
  const token = await world.agent.authToken({ scope: 'access', ...grant })
  const message = await world.agent.sign(`${world.net.resource}${path}`, {}, { token })
  const request = toSignedRequest(message)
  const requests: RoutedRequest[] = []
  await authorize(
    world.resource,
    { method: request.method, target, header: (name) => request.header(name) },
    {
      account: (given) => {
        requests.push(given)
        return given.path.split('/')[2] ?? ''
      },
      check: (_, given) => {
        requests.push(given)
        return true
      },
    },
  )
  expect(requests[0]).toEqual({ ...requests[1], header: expect.any(Function) })
  return requests[0] as RoutedRequest
}

const mine = { account: 'mine' }

describe('the request that callbacks of a requirement are given', () => {
  it.each([
    ['origin form', '/accounts/mine?a=%2F', '/accounts/mine?a=%2F'],
    ['absolute form', '/accounts/mine?a=%2F', 'http://notes.example/accounts/mine?a=%2F'],
  ])('has path, query and target in origin form, where the client sent %s [E11]', async (_, path, target) => {
    const { path: routed, query, target: origin, method } = await seen(await makeWorld(), path, target, mine)
    expect({ routed, query, origin, method }).toEqual({
      routed: '/accounts/mine',
      query: '?a=%2F',
      origin: '/accounts/mine?a=%2F',
      method: 'GET',
    })
  })

  it('has an empty query where the client sent none', async () => {
    const { query, target } = await seen(await makeWorld(), '/accounts/mine', '/accounts/mine', mine)
    expect([query, target]).toEqual(['', '/accounts/mine'])
  })

  it('has no stripped prefix, which the signature covers', async () => {
    const world = await makeWorld({ strippedPrefix: '/api' })
    const { path, target } = await seen(world, '/api/accounts/mine', '/accounts/mine', mine)
    expect([path, target]).toEqual(['/accounts/mine', '/accounts/mine'])
  })

  it('in absolute form does not let the authority pass for an account [E11]', async () => {
    const grant = { account: 'notes.example' }
    const call = seen(await makeWorld(), '/accounts/victim', 'http://notes.example/accounts/victim', grant)
    await expect(call).rejects.toMatchObject({ code: 'access_denied' })
  })
})
