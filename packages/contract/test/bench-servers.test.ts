import type { RequestListener } from 'node:http'
import { listen, type SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { listeners, type Parts, type Variant, variants } from '../../../bench/servers/apps.ts'
import { noBun, ServerProcess } from '../../../bench/servers/child.ts'
import { Connection } from '../../../bench/servers/connection.ts'
import { closedLoop, fixedRate } from '../../../bench/servers/pace.ts'
import { runLoad } from '../../../bench/servers/run-load.ts'
import { makePeer, type RawMessage, rawMessage } from '../../../bench/servers/verifiers.ts'
import { makeResource, makeWorld, octetsOf, signRequests } from '../../../bench/servers/world.ts'

const net = await makeWorld()
const [message] = (await signRequests(net, { agents: 1, count: 1 })) as [SignedMessage]
const parts: Parts = { resource: makeResource(net), raw: rawMessage(), peer: await makePeer(net) }

/** The signed path is another one than that which is called. */
const tampered = Buffer.from(`${octetsOf(message)}`.replace('/notes/0', '/notes/1'))
const broken: RawMessage = { ...parts.raw, signature: Buffer.alloc(64, 1) }

describe.each(['express', 'koa', 'hono'] as const)('the benchmarked servers of %s', (framework) => {
  const serve = (variant: Variant, made: Parts = parts): Promise<number> =>
    portOf(listeners[framework](variant, made))

  it.each(variants)('%s answers the signed request', async (variant) => {
    expect(await statusOf(await serve(variant), octetsOf(message))).toBe(200)
  })

  it.each(['guard', 'peer'] as const)(
    '%s refuses a request that was changed after signing',
    async (variant) => {
      expect(await statusOf(await serve(variant), tampered)).toBe(401)
    },
  )

  it('floor fails when the signature that it checks is not valid', async () => {
    // Frameworks print what a handler throws.
    vi.spyOn(console, 'error').mockReturnValue()
    expect(await statusOf(await serve('floor', { ...parts, raw: broken }), octetsOf(message))).toBe(500)
  })
})

it('the benchmarked servers under Bun answer the signed request; guard and peer refuse a changed one', async () => {
  if (noBun !== undefined) {
    console.warn(`skipped: the servers under Bun: ${noBun}`)
    return
  }
  const statuses: Record<string, readonly number[]> = {}
  for (const variant of variants) {
    const server = await ServerProcess.start('hono-bun', variant)
    onTestFinished(() => server.close())
    statuses[variant] = [
      await statusOf(server.port, octetsOf(message)),
      await statusOf(server.port, tampered),
    ]
  }
  expect(statuses).toEqual({ bare: [200, 200], floor: [200, 200], guard: [200, 401], peer: [200, 401] })
})

it('a server process accounts for its processor time, memory and garbage', async () => {
  const server = await ServerProcess.start('koa', 'guard')
  onTestFinished(() => server.close())
  const account = await server.account({ delay: true }, () => statusOf(server.port, octetsOf(message)))
  expect(account).toMatchObject({ result: 200, gc: { count: expect.any(Number) }, delay: {} })
  expect([account.cpu, ...account.rss, ...account.heapUsed].every((one) => one > 0)).toBe(true)
})

it('the load counts its answers, and fails at the first that is not 200', async () => {
  const load = { connections: 2, milliseconds: 50, rate: 200 }
  const port = await portOf(listeners.express('guard', parts))
  expect(await runLoad({ ...load, port }, [octetsOf(message)])).toMatchObject({ answers: 10 })
  await expect(runLoad({ ...load, port }, [octetsOf(message), tampered])).rejects.toThrow(
    'the server answered 401',
  )
})

it('a closed loop sends when it can until its time is over', () => {
  const pace = closedLoop(1000, 10)
  expect([pace.due(1000), pace.due(1009), pace.due(1010)]).toEqual([1000, 1009, undefined])
  expect([pace.isOver(1009), pace.isOver(1010)]).toEqual([false, true])
})

it('a fixed rate counts from when a request was due, however late it is sent', () => {
  const pace = fixedRate(1000, 10, 400)
  expect([pace.due(1000), pace.due(1001), pace.due(1020), pace.due(1020)]).toEqual([
    1000,
    undefined,
    1002.5,
    1005,
  ])
  expect(pace.isOver(1020)).toBe(false)
  expect([pace.due(1020), pace.due(1020), pace.isOver(1020)]).toEqual([1007.5, undefined, true])
})

async function portOf(listener: RequestListener): Promise<number> {
  const { url, close } = await listen(listener)
  onTestFinished(close)
  return Number(new URL(url).port)
}

async function statusOf(port: number, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    Connection.open(port, resolve, reject).then((connection) => {
      onTestFinished(() => connection.close())
      connection.send(request)
    }, reject)
  })
}
