/** Calls that are held, over real sockets, on every adapter. */
import { answerRoutes } from '@aauth-guard/core/adapter'
import { managedAccess } from '@aauth-guard/core/managed'
import {
  answerOf,
  approvalOf,
  heldCallsScene,
  mailTarget,
  payment,
  paymentTarget,
  perCallClaims,
  runHeldCall,
} from '@aauth-guard/fixtures/held-calls'
import { sealingKeys } from '@aauth-guard/fixtures/interaction'
import { exchange, statusesOf, wireText } from '@aauth-guard/fixtures/raw-socket'
import { listed, makeWorld, now } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { RecordMemory } from '../../core/src/stores/record-memory.ts'
import { heldApps } from './held-apps.ts'

const json = { 'content-type': 'application/json' }

describe.each(Object.entries(heldApps))('calls that are held on %s', (_, build) => {
  it('are run once as they were signed, by the agent that made them [CHAL-11, DEFER-1, DEFER-2, DEFER-5, R11-180, R11-181, R11-182, R11-185, R11-187, R11-188]', async () => {
    await runHeldCall(await heldCallsScene(build))
  })

  it('with other content than was signed are refused, and so are those with content that is not signed', async () => {
    const { pay, calls, granted, person } = await heldCallsScene(build)
    const swapped = (message: { readonly body?: Uint8Array | undefined }) =>
      ({ ...message, body: Buffer.from(payment.replace('bob', 'eve')) }) as never
    for (const token of [await person(), await granted()]) {
      const altered = await pay(token, { onTheWay: swapped })
      expect([altered.status, altered.headers.get('signature-error')]).toEqual([
        401,
        'error=invalid_signature',
      ])
      const unsigned = await pay(token, { digest: false })
      expect(unsigned.status).toBe(401)
      expect(unsigned.headers.get('signature-error')).toMatch(/^error=invalid_input.*"content-digest"/)
      const large = await pay(token, { body: 'x'.repeat(65_537), headers: { 'content-type': 'text/plain' } })
      expect(large.status).toBe(413)
    }
    expect(calls).toEqual([])
  })

  it('run at once with an auth token that suffices, and results have the status and content of the run', async () => {
    const { pay, calls, granted } = await heldCallsScene(build)
    const cover = ['@query']
    expect(await answerOf(await pay(await granted()))).toEqual([
      201,
      'application/json',
      '1',
      'no-store',
      '{"paid":"ü 1"}',
    ])
    const empty = await pay(await granted(), { target: '/api/payments?empty', cover })
    expect(await answerOf(empty)).toEqual([204, null, null, 'no-store', ''])
    expect(empty.headers.get('content-length')).toBeNull()
    const [status, type, ...plain] = await answerOf(
      await pay(await granted(), { target: '/api/payments?plain', cover }),
    )
    expect([status, ...plain]).toEqual([200, null, 'no-store', 'paid'])
    expect(type).toBe('text/plain; charset=utf-8')
    expect(calls.map(({ query }) => query)).toEqual([paymentTarget.slice(13), '?empty', '?plain'])
    expect(calls.map(({ body }) => new TextDecoder().decode(body))).toEqual([payment, payment, payment])
  })

  it('without a credential or with a changed target are refused before their content is asked for', async () => {
    const { pay, calls, person, sendUnsigned, sign, url } = await heldCallsScene(build)
    const unsigned = await sendUnsigned('POST', '/api/payments')
    expect([unsigned.status, unsigned.headers.get('aauth-requirement')]).toEqual([
      401,
      'requirement=agent-token',
    ])
    const moved = (message: { readonly target: string }) =>
      ({ ...message, target: paymentTarget.replace('b%6fb', 'bob') }) as never
    expect((await pay(await person(), { onTheWay: moved })).status).toBe(401)
    const message = await sign({
      target: paymentTarget,
      method: 'POST',
      body: payment,
      headers: json,
      digest: true,
      cover: ['@query'],
      params: { nonce: 'expecting' },
      token: await person(),
    })
    const expecting = { ...message, headers: [...message.headers, ['expect', '100-continue'] as const] }
    expect(statusesOf(await exchange(url, wireText(expecting)))).toEqual([100, 202])
    expect(calls).toEqual([])
  })

  it('that need approval of each call run once for their parameters [DEFER-5, M16]', async () => {
    const { agent, pay, calls, poll } = await heldCallsScene(build)
    const mail = { target: mailTarget, body: '{"to":"mom","n":1}' }
    const tokenWith = (claims: object): Promise<string> =>
      agent.authToken({ scope: 'mails.send', claims: claims as never })
    const proposed = await pay(await tokenWith(perCallClaims), mail)
    expect([proposed.status, calls.length]).toEqual([202, 0])
    const { pathname } = new URL(proposed.headers.get('location') ?? '')
    const approved = await tokenWith(approvalOf(proposed))
    const first = await answerOf(await poll(pathname, approved))
    expect(first[0]).toBe(201)
    expect(await answerOf(await pay(approved, { ...mail, body: '{ "n": 1.0, "to": "mom" }' }))).toEqual(first)
    const others = await pay(approved, { ...mail, body: '{"to":"eve","n":1}' })
    expect(others.status).toBe(403)
    expect(calls).toHaveLength(1)
  })

  it('give no result to a token that was revoked, and end with the token that they were made with [DEFER-6, R11-187]', async () => {
    const { agent, pay, calls, granted, held, net, poll, resource } = await heldCallsScene(build)
    const iss = net.personServer.id
    const target = await held()
    const token = await granted({ claims: { jti: 'the-one' } })
    expect((await poll(target, token)).status).toBe(201)
    await resource.revoke({ iss, jti: 'the-one', exp: net.clock.now() + 4000 })
    const refused = await poll(target, token)
    expect([refused.status, refused.headers.get('signature-error')]).toEqual([401, 'error=revoked_jwt'])
    const source = await agent.personToken({ claims: { jti: 'source' } })
    const { pathname } = new URL((await pay(source)).headers.get('location') ?? '')
    await resource.revoke({ iss, jti: 'source', exp: net.clock.now() + 4000 })
    expect((await poll(pathname, await granted())).status).toBe(403)
    expect(calls).toHaveLength(1)
  })

  it('are not held for agents of drafts 01 to 10, which get the 401', async () => {
    const { agent, pay, calls } = await heldCallsScene(build)
    const old = await agent.authToken({ generation: 'mission-header', scope: 'notes.read' })
    const { status, headers } = await pay(old)
    expect([status, headers.get('location')]).toEqual([401, null])
    expect(headers.get('aauth-requirement')).toMatch(/^requirement=auth-token;resource-token="/)
    expect(calls).toEqual([])
  })

  it('are denied once their route is gone', async () => {
    const records = new RecordMemory(() => now)
    const { agent, calls, granted, held } = await heldCallsScene(build, { stores: { records } })
    const target = await held()
    const { net, resource } = await makeWorld({
      trust: listed,
      managed: managedAccess({ sealingKeys }),
      stores: { records },
    })
    net.clock.advance(2)
    const message = await agent.sign(`${net.resource}${target}`, {}, { token: await granted() })
    const denied = await answerRoutes(resource, toSignedRequest(message), async () => new Uint8Array())
    expect([denied?.status, JSON.parse(denied?.body ?? '{}').error]).toEqual([403, 'denied'])
    expect(calls).toEqual([])
  })
})
