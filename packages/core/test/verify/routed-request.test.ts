import { authorize, type RoutedRequest } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

/** A request whose client signs `path` and sends `target` on the request line. */
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

describe('the request that callbacks of a requirement get', () => {
  it.each([
    ['origin form', '/accounts/mine?a=%2F', '/accounts/mine?a=%2F'],
    ['absolute form', '/accounts/mine?a=%2F', 'http://notes.example/accounts/mine?a=%2F'],
  ])('has path, query and target in origin form when the client sent %s [E11]', async (_, path, target) => {
    const { path: routed, query, target: origin, method } = await seen(await makeWorld(), path, target, mine)
    expect({ routed, query, origin, method }).toEqual({
      routed: '/accounts/mine',
      query: '?a=%2F',
      origin: '/accounts/mine?a=%2F',
      method: 'GET',
    })
  })

  it('has an empty query when the client sent none', async () => {
    const { query, target } = await seen(await makeWorld(), '/accounts/mine', '/accounts/mine', mine)
    expect([query, target]).toEqual(['', '/accounts/mine'])
  })

  it('includes no stripped prefix, although the signature covers it', async () => {
    const world = await makeWorld({ strippedPrefix: '/api' })
    const { path, target } = await seen(world, '/api/accounts/mine', '/accounts/mine', mine)
    expect([path, target]).toEqual(['/accounts/mine', '/accounts/mine'])
  })

  it('in absolute form does not pass the authority as an account [E11]', async () => {
    const grant = { account: 'notes.example' }
    const call = seen(await makeWorld(), '/accounts/victim', 'http://notes.example/accounts/victim', grant)
    await expect(call).rejects.toMatchObject({ code: 'access_denied' })
  })
})
