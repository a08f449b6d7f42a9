import { createHash } from 'node:crypto'
import type { PerCallOptions } from '@aauth-guard/core/managed'
import { describe, expect, it } from 'vitest'
import { makeSharedStores } from '../../stores/shared-stores.ts'
import { issuer, makeHeldScene } from './scene.ts'

const vocabulary = 'urn:aauth:vocabulary:mcp'
const operation = { tool: 'send_email' }
const listed = (...operations: object[]) => ({ vocabulary, operations })
const s256Of = (text: string): string => createHash('sha256').update(text).digest('base64url')
const ofClass = JSON.stringify({ vocabulary, operations: [operation, { tool: 'other' }] })
const mail = { to: 'mom@example.com', subject: 'Dinner?', priority: 1 }

/** A held route whose calls are approved one by one, in several processes. */
async function makePerCallScene({
  digest = false,
  processes = 1,
  ...changes
}: Partial<PerCallOptions> & { digest?: boolean; processes?: number } = {}) {
  const proposals = new Map<string, string>()
  const documents = new Map([[s256Of(ofClass), ofClass]])
  const perCall: PerCallOptions = {
    operation: () => operation,
    propose: ({ body }) => {
      const given = JSON.parse(new TextDecoder().decode(body))
      const parameters = digest
        ? { ...given, subject: { s256: s256Of(given.subject), excerpt: 'Din' } }
        : given
      const document = JSON.stringify({ vocabulary, operations: [operation], parameters })
      proposals.set(s256Of(document), document)
      return { uri: `${issuer}/r3/${s256Of(document)}`, document }
    },
    find: (s256) => proposals.get(s256) ?? documents.get(s256),
    ...changes,
  }
  const { records } = makeSharedStores().stores
  const fleet = await Promise.all(
    Array.from({ length: processes }, () =>
      makeHeldScene({
        stores: { records },
        hold: { perCall },
        resource: { claims: ['r3_s256', 'r3_granted', 'r3_per_call'] },
      }),
    ),
  )
  const scene = fleet[0] as (typeof fleet)[0]
  const tokenWith = (claims: object, grant: object = {}): Promise<string> =>
    scene.granted({ ...grant, claims: claims as never })
  const send = (token: string, body: object | string, at = scene) =>
    at.pay(token, { body: typeof body === 'string' ? body : JSON.stringify(body) })
  const standing = () =>
    tokenWith({
      r3_s256: s256Of(ofClass),
      r3_granted: listed(),
      r3_per_call: listed({ tool: 'other' }, operation),
    })
  /** Calls with a token that needs approval, and returns what is to be approved. */
  const propose = async (body: object = mail) => {
    const { status, headers } = await send(await standing(), body)
    const [, token = ''] = /resource-token="([^"]+)"/.exec(headers['aauth-requirement'] ?? '') ?? []
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return { status, location: headers.location as string, claims }
  }
  const approved = (s256: string, grant: object = {}, more: object = {}) =>
    tokenWith({ r3_s256: s256, r3_granted: listed(operation), ...more }, grant)
  return { scene, fleet, tokenWith, send, standing, propose, approved, proposals }
}

describe('an operation in r3_per_call', () => {
  it('is held with a resource token that names the proposal, and runs once that is approved', async () => {
    const { scene, propose, approved, proposals } = await makePerCallScene()
    const { status, location, claims } = await propose()
    expect(status).toBe(202)
    const [[s256, document] = ['', '']] = [...proposals]
    expect(claims).toMatchObject({ r3_uri: `${issuer}/r3/${s256}`, r3_s256: s256 })
    expect(JSON.parse(document).parameters).toEqual(mail)
    expect(scene.calls).toEqual([])
    const token = await approved(s256)
    const first = await scene.poll(location, token)
    expect(first.status).toBe(201)
    expect(await scene.poll(location, token)).toEqual(first)
    expect(scene.calls).toHaveLength(1)
  })

  it('gets the 401 if the agent is one of drafts 01 to 10, and is not held', async () => {
    const { scene, tokenWith, send } = await makePerCallScene()
    const claims = { r3_s256: s256Of(ofClass), r3_granted: listed(), r3_per_call: listed(operation) }
    const { status, headers } = await send(await tokenWith(claims, { generation: 'mission-header' }), mail)
    expect([status, headers.location]).toEqual([401, undefined])
    expect(headers['aauth-requirement']).toMatch(/resource-token="/)
    expect(scene.calls).toEqual([])
  })

  it('does not run by the token that needs approval, nor by the approval of another call', async () => {
    const { scene, standing, propose, approved } = await makePerCallScene()
    const { location } = await propose()
    const other = await propose({ ...mail, to: 'eve@example.com' })
    for (const token of [await standing(), await approved(other.claims.r3_s256)]) {
      const { status, headers } = await scene.poll(location, token)
      expect([status, headers['aauth-requirement']?.includes('resource-token=')]).toEqual([202, true])
    }
    expect(scene.calls).toEqual([])
  })

  it('does not run by a token that outlives the one that was presented with the call', async () => {
    const { scene, propose, approved } = await makePerCallScene()
    const { location, claims } = await propose()
    scene.net.clock.advance(30)
    expect((await scene.poll(location, await approved(claims.r3_s256))).status).toBe(403)
    expect(scene.calls).toEqual([])
  })

  it('does not run by an approval that does not grant it', async () => {
    const { scene, propose, tokenWith } = await makePerCallScene()
    const { location, claims } = await propose()
    const token = await tokenWith({ r3_s256: claims.r3_s256, r3_granted: listed({ tool: 'other' }) })
    expect((await scene.poll(location, token)).status).toBe(403)
    expect(scene.calls).toEqual([])
  })

  it('does not run by a token that names the proposal and still needs approval', async () => {
    const { scene, propose, tokenWith } = await makePerCallScene()
    const { location, claims } = await propose()
    const token = await tokenWith({
      r3_s256: claims.r3_s256,
      r3_granted: listed(),
      r3_per_call: listed(operation),
    })
    expect((await scene.poll(location, token)).status).toBe(202)
    expect(scene.calls).toEqual([])
  })

  it('names the proposal that was made at a poll in later resource tokens', async () => {
    const { scene, standing, proposals } = await makePerCallScene()
    const { headers } = await scene.pay(await scene.person(), { body: JSON.stringify(mail) })
    const location = headers.location as string
    expect((await scene.poll(location, await standing())).status).toBe(202)
    scene.net.clock.advance(300)
    const later = await scene.poll(location, await scene.person())
    const [, token = ''] = /resource-token="([^"]+)"/.exec(later.headers['aauth-requirement'] ?? '') ?? []
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.r3_s256).toBe([...proposals.keys()][0])
  })

  it.each([
    ['is not JSON', '{'],
    ['is not an object', '[1]'],
    ['repeats a name', '{"to":"mom@example.com","to":"eve@example.com"}'],
    ['has an object that could be read as a digest', { to: { s256: s256Of('eve'), excerpt: 'mom' } }],
  ])('is refused and not proposed if its content %s', async (_, body) => {
    const { scene, send, standing, proposals } = await makePerCallScene()
    const refused = await send(await standing(), body)
    expect([refused.status, JSON.parse(refused.body).error]).toEqual([400, 'invalid_request'])
    const held = await send(await scene.person(), body)
    expect((await scene.poll(held.headers.location as string, await standing())).status).toBe(400)
    expect(proposals.size).toBe(0)
  })

  it('is proposed at the poll if the call was made with a person token', async () => {
    const { scene, standing, approved, proposals } = await makePerCallScene()
    const { headers } = await scene.pay(await scene.person(), { body: JSON.stringify(mail) })
    const location = headers.location as string
    expect((await scene.poll(location, await standing())).status).toBe(202)
    const [s256 = ''] = proposals.keys()
    scene.net.clock.advance(-4)
    expect(
      (await scene.poll(location, await approved(s256, { exp: scene.net.clock.now() + 60 }))).status,
    ).toBe(201)
  })

  it.each([
    ['other parameters', [operation], { ...mail, to: 'x' }],
    ['another operation', [{ tool: 'other' }], mail],
    ['a second operation', [operation, { tool: 'other' }], mail],
    ['no operation', [], mail],
  ])('is refused with 500 if the proposal has %s', async (_, operations, parameters) => {
    const document = JSON.stringify({ vocabulary, operations, parameters })
    const { scene, send, standing } = await makePerCallScene({
      propose: () => ({ uri: `${issuer}/r3/1`, document }),
    })
    expect((await send(await standing(), mail)).status).toBe(500)
    expect(scene.calls).toEqual([])
  })
})

describe('a proposal', () => {
  it('without an https address is refused with 500', async () => {
    const document = JSON.stringify({ vocabulary, operations: [operation], parameters: mail })
    for (const uri of [`${issuer}/r3/1`.replace('https', 'http'), '/r3/1', undefined as never]) {
      const { send, standing } = await makePerCallScene({ propose: () => ({ uri, document }) })
      expect((await send(await standing(), mail)).status).toBe(500)
    }
  })
})

describe('a per-call token that is presented with the call itself', () => {
  it('runs the call that was approved, and a repeat gets the first result [M16]', async () => {
    const { scene, fleet, propose, approved, send } = await makePerCallScene({ processes: 2 })
    const { claims } = await propose()
    const token = await approved(claims.r3_s256)
    const { to, subject } = mail
    const first = await send(token, `{ "priority": 1.0, "subject": "${subject}", "to": "${to}" }`)
    expect(first.status).toBe(201)
    for (const process of fleet) expect(await send(token, mail, process)).toEqual(first)
    expect(fleet.flatMap(({ calls }) => calls)).toHaveLength(1)
    expect(scene.calls).toHaveLength(1)
  })

  it.each([
    ['another value', { ...mail, to: 'eve@example.com' }],
    ['another type', { ...mail, priority: '1' }],
    ['a parameter more', { ...mail, bcc: 'eve@example.com' }],
    ['a parameter less', { to: mail.to, subject: mail.subject }],
    [
      'a repeated parameter',
      '{"to":"eve@example.com","to":"mom@example.com","subject":"Dinner?","priority":1}',
    ],
    ['no parameters', 'null'],
  ])('is refused with %s, and nothing runs, before and after its use', async (_, body) => {
    const { scene, propose, approved, send } = await makePerCallScene()
    const { claims } = await propose()
    const token = await approved(claims.r3_s256)
    expect((await send(token, body)).status).toBe(403)
    expect(scene.calls).toEqual([])
    expect((await send(token, mail)).status).toBe(201)
    expect((await send(token, body)).status).toBe(403)
    expect(scene.calls).toHaveLength(1)
  })

  it('compares digests octet by octet', async () => {
    const { scene, propose, approved, send } = await makePerCallScene({ digest: true })
    const { claims } = await propose()
    const token = await approved(claims.r3_s256)
    for (const subject of [
      'dinner?',
      'Dinner? ',
      { s256: s256Of(mail.subject) },
      { s256: s256Of(mail.subject), excerpt: 'Din' },
    ])
      expect((await send(token, { ...mail, subject })).status).toBe(403)
    expect(scene.calls).toEqual([])
    expect((await send(token, mail)).status).toBe(201)
  })

  it('takes no number for the string of a digest', async () => {
    const document = JSON.stringify({ operations: [operation], parameters: { a: { s256: s256Of('1e0') } } })
    const { scene, approved, send, propose } = await makePerCallScene({
      propose: () => ({ uri: `${issuer}/r3/1`, document }),
      find: () => document,
    })
    await propose({ a: '1e0' })
    const token = await approved(s256Of(document))
    expect((await send(token, { a: 1 })).status).toBe(403)
    expect(scene.calls).toEqual([])
    expect((await send(token, { a: '1e0' })).status).toBe(201)
  })

  it('compares an object with s256 and other members as it stands', async () => {
    const value = { s256: s256Of('text'), other: 1 }
    const { scene, approved, send, propose, proposals } = await makePerCallScene()
    await propose({ a: value })
    const token = await approved([...proposals.keys()][0] as string)
    expect((await send(token, { a: 'text' })).status).toBe(403)
    expect(scene.calls).toEqual([])
    expect((await send(token, { a: value })).status).toBe(201)
  })

  it('runs one call in the fleet, however often it is presented at once [DEFER-5]', async () => {
    const { fleet, propose, approved, send } = await makePerCallScene({ processes: 4 })
    const { claims } = await propose()
    const token = await approved(claims.r3_s256)
    const answers = await Promise.all(
      fleet.flatMap((process) => [send(token, mail, process), send(token, mail, process)]),
    )
    expect(fleet.flatMap(({ calls }) => calls)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
    expect(answers.every(({ status }) => status === 201 || status === 202)).toBe(true)
  })

  it('does not run if it outlives the token that was presented with the proposal', async () => {
    const { scene, propose, approved, send } = await makePerCallScene()
    const { claims } = await propose()
    scene.net.clock.advance(30)
    const later = await approved(claims.r3_s256)
    expect((await send(later, mail)).status).toBe(403)
    // Nor does it run a call that was held before anything was proposed.
    const { headers } = await scene.pay(await scene.person(), { body: JSON.stringify(mail) })
    expect((await scene.poll(headers.location as string, later)).status).toBe(403)
    expect(scene.calls).toEqual([])
    const inTime = await approved(claims.r3_s256, {}, { exp: scene.net.clock.now() + 20 })
    expect((await scene.poll(headers.location as string, inTime)).status).toBe(201)
  })

  it('is used once for each signature, and not if it is refused', async () => {
    const { scene, propose, approved } = await makePerCallScene()
    const { claims } = await propose()
    const token = await approved(claims.r3_s256)
    const sent = { body: JSON.stringify(mail), params: { nonce: 'once' } }
    expect([(await scene.pay(token, sent)).status, (await scene.pay(token, sent)).status]).toEqual([201, 401])
    expect(scene.calls).toHaveLength(1)
    scene.net.clock.advance(30)
    const later = await approved(claims.r3_s256)
    const again = { ...sent, params: { nonce: 'twice' } }
    expect([(await scene.pay(later, again)).status, (await scene.pay(later, again)).status]).toEqual([
      403, 403,
    ])
  })

  it('goes by the latest of the tokens that were presented with the same proposal', async () => {
    const { scene, propose, approved, send } = await makePerCallScene()
    const { claims } = await propose()
    scene.net.clock.advance(30)
    await propose()
    expect((await send(await approved(claims.r3_s256), mail)).status).toBe(201)
    scene.net.clock.advance(-30)
    await propose()
    scene.net.clock.advance(30)
    expect((await send(await approved(claims.r3_s256), mail)).status).toBe(201)
  })

  it('does not run if it was proposed at a poll with a token that it outlives', async () => {
    const { scene, standing, approved, proposals, send } = await makePerCallScene()
    const { headers } = await scene.pay(await scene.person(), { body: JSON.stringify(mail) })
    expect((await scene.poll(headers.location as string, await standing())).status).toBe(202)
    const [s256 = ''] = proposals.keys()
    scene.net.clock.advance(-2)
    expect((await send(await approved(s256), mail)).status).toBe(201)
    scene.net.clock.advance(30)
    expect((await send(await approved(s256), mail)).status).toBe(403)
    expect(scene.calls).toHaveLength(1)
  })

  it.each([
    ['another agent made the proposal', 'agent'],
    ['the token that was presented with the proposal was revoked', 'revoked'],
    ['the resource proposed nothing', 'none'],
  ])('does not run if %s', async (_, why) => {
    const { scene, propose, approved, send, proposals } = await makePerCallScene()
    let { agent } = scene
    let s256 = s256Of('nothing')
    if (why === 'none') {
      const document = JSON.stringify({ vocabulary, operations: [operation], parameters: mail })
      s256 = s256Of(document)
      proposals.set(s256, document)
    }
    const revoked = await (why === 'none' ? propose({ a: 1 }) : propose())
    if (why !== 'none') s256 = revoked.claims.r3_s256
    if (why === 'agent') agent = await scene.net.agent({ name: 'other' })
    if (why === 'revoked') {
      const { presented_jti: jti } = revoked.claims
      const exp = scene.net.clock.now() + 3600
      await scene.resource.revoke({ iss: scene.net.personServer.id, jti, exp })
    }
    const claims = { r3_s256: s256, r3_granted: listed(operation) }
    const token = await agent.authToken({ scope: 'payments.make', claims: claims as never })
    const { status } = await scene.pay(token, { body: JSON.stringify(mail), agent })
    expect([status, scene.calls.length]).toEqual([403, 0])
    if (why === 'none') return
    // Proposed again, it runs.
    await propose()
    expect((await send(await approved(s256), mail)).status).toBe(201)
  })

  it('does not run what was proposed at a poll whose token was revoked', async () => {
    const { scene, standing, approved, proposals } = await makePerCallScene()
    const { headers } = await scene.pay(await scene.person(), { body: JSON.stringify(mail) })
    const location = headers.location as string
    const asked = await standing()
    expect((await scene.poll(location, asked)).status).toBe(202)
    const { iss, jti, exp } = JSON.parse(Buffer.from(asked.split('.')[1] ?? '', 'base64url').toString())
    await scene.resource.revoke({ iss, jti, exp })
    scene.net.clock.advance(-4)
    const token = await approved([...proposals.keys()][0] as string)
    expect((await scene.poll(location, token)).status).toBe(403)
    expect(scene.calls).toEqual([])
  })

  it('that ran the held call gets its result', async () => {
    const { scene, propose, approved, send } = await makePerCallScene()
    const { location, claims } = await propose()
    const token = await approved(claims.r3_s256)
    const first = await scene.poll(location, token)
    expect(await send(token, mail)).toEqual(first)
    expect(scene.calls).toHaveLength(1)
  })

  it.each([
    ['is not known any more', () => undefined],
    ['is another document', () => ofClass],
  ])('grants nothing if its proposal %s', async (_, find) => {
    const { scene, propose, approved, send } = await makePerCallScene({ find })
    const { location, claims } = await propose()
    expect((await send(await approved(claims.r3_s256), mail)).status).toBe(403)
    const { headers } = await scene.pay(await scene.person(), { body: JSON.stringify(mail) })
    expect((await scene.poll(headers.location as string, await approved(claims.r3_s256))).status).toBe(403)
    expect(scene.calls).toEqual([])
    expect(location).not.toBe(headers.location)
  })

  it.each([
    ['method', { method: 'PUT' }],
    ['path', { path: '/payments/eve' }],
    ['query', { path: '/payments?to=eve', cover: ['@query'] }],
  ])('does not run with another %s than that of the call that was proposed', async (_, changed) => {
    const { scene, propose, approved } = await makePerCallScene()
    const { claims } = await propose()
    const token = await approved(claims.r3_s256)
    const body = JSON.stringify(mail)
    expect((await scene.pay(token, { body, ...changed })).status).toBe(403)
    const { headers } = await scene.pay(await scene.person(), { body, ...changed })
    expect((await scene.poll(headers.location as string, token)).status).toBe(403)
    expect(scene.calls).toEqual([])
    expect((await scene.pay(token, { body })).status).toBe(201)
  })

  it('runs with a query in another order if the parameters are read from it', async () => {
    const parameters = ({ query }: { query: string }) =>
      JSON.stringify(Object.fromEntries(new URLSearchParams(query)))
    const { scene, approved, standing, proposals } = await makePerCallScene({
      parameters,
      propose: (call) => {
        const document = JSON.stringify({
          vocabulary,
          operations: [operation],
          parameters: JSON.parse(parameters(call)),
        })
        proposals.set(s256Of(document), document)
        return { uri: `${issuer}/r3/1`, document }
      },
    })
    const cover = ['@query']
    await scene.pay(await standing(), { method: 'GET', path: '/mails?a=1&b=2', cover })
    const token = await approved([...proposals.keys()][0] as string)
    const turned = await scene.pay(token, { method: 'GET', path: '/mails?b=2&a=1', cover })
    expect(turned.status).toBe(201)
    expect((await scene.pay(token, { method: 'GET', path: '/mails?b=2&a=3', cover })).status).toBe(403)
  })

  it('does not run another call that was held without a proposal', async () => {
    const { scene, propose, approved } = await makePerCallScene()
    const { claims } = await propose()
    const eve = { body: JSON.stringify({ ...mail, to: 'eve@example.com' }) }
    const { headers } = await scene.pay(await scene.person(), eve)
    expect((await scene.poll(headers.location as string, await approved(claims.r3_s256))).status).toBe(403)
    expect(scene.calls).toEqual([])
  })
})

describe('an operation of a route with per-call approval', () => {
  it('in r3_granted runs at once, each time', async () => {
    const { scene, send, tokenWith } = await makePerCallScene()
    const token = await tokenWith({ r3_s256: s256Of(ofClass), r3_granted: listed(operation) })
    expect((await send(token, mail)).status).toBe(201)
    expect((await send(token, { to: 'eve@example.com' })).status).toBe(201)
    expect(scene.calls).toHaveLength(2)
  })

  it.each([
    [
      'in neither claim',
      { r3_granted: listed({ tool: 'other' }), r3_per_call: listed({ tool: 'send_email', more: 1 }) },
    ],
    ['of a token without these claims', {}],
    ['beside claims of another form', { r3_granted: [operation], r3_per_call: 'send_email' }],
  ])('%s is refused', async (_, claims) => {
    const { scene, send, tokenWith } = await makePerCallScene()
    expect((await send(await tokenWith(claims), mail)).status).toBe(403)
    expect(scene.calls).toEqual([])
  })
})
