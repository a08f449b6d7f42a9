import { createHash } from 'node:crypto'
import { mission } from '@aauth-guard/fixtures/missions'
import { type Agent, createTestNetwork } from '@aauth-guard/testing'
import { verify } from '@hellocoop/httpsig'
import { beforeAll, describe, expect, it } from 'vitest'
import { linesOf, receive, verifies } from './received.ts'

const url = 'https://notes.example/notes?tag=a%2Fb'
let agent: Agent
let token: string
beforeAll(async () => {
  const net = await createTestNetwork({ seed: 'sign' })
  agent = await net.agent()
  token = await agent.authToken()
})

describe('agent.sign', () => {
  it('covers the four components of the protocol and signs with the key of the token', async () => {
    const message = await agent.sign(url, {}, { token, created: 1_790_000_000 })
    const { covered, params, scheme, schemeParams, base } = receive(message)
    expect(covered).toEqual(['"@method"', '"@authority"', '"@path"', '"signature-key"'])
    expect(params).toEqual({ created: 1_790_000_000 })
    expect([scheme, schemeParams]).toEqual(['jwt', { jwt: token }])
    expect(base).toBe(
      [
        '"@method": GET',
        '"@authority": notes.example',
        '"@path": /notes',
        `"signature-key": sig=jwt;jwt="${token}"`,
        '"@signature-params": ("@method" "@authority" "@path" "signature-key");created=1790000000',
      ].join('\n'),
    )
    expect(message.base).toBe(base)
    expect(verifies(message, agent.key)).toBe(true)
  })

  it('is understood by the library of the protocol’s author', async () => {
    const { method, headers } = await agent.sign(url, {}, { token })
    const fields = Object.fromEntries(headers)
    const result = await verify({ method, authority: 'notes.example', path: '/notes', headers: fields })
    expect(result).toMatchObject({ verified: true, label: 'sig', thumbprint: agent.key.thumbprint })
  })

  it('signs with ES256 as well', async () => {
    const net = await createTestNetwork({ seed: 'sign' })
    const other = await net.agent({ alg: 'ES256' })
    const message = await other.sign(url, {}, { token: await other.authToken() })
    expect(verifies(message, other.key)).toBe(true)
  })

  it('leaves the target unchanged', async () => {
    const target = '/a/../b/%2e%2E//c?x=%61&&y'
    const message = await agent.sign(`https://notes.example${target}`, {}, { token })
    expect(message.target).toBe(target)
    expect(receive(message).base).toContain('"@path": /a/../b/%2e%2E//c\n')
    expect(verifies(message, agent.key)).toBe(true)
  })

  it.each([
    ['https://notes.example', '/'],
    ['https://notes.example?x', '/?x'],
  ])('signs %s as %s', async (bare, target) => {
    expect((await agent.sign(bare, {}, { token })).target).toBe(target)
  })

  it('signs the authority in lower case and without the port of https', async () => {
    const message = await agent.sign('https://Notes.Example:443/notes', {}, { token })
    expect(message.base).toContain('"@authority": notes.example\n')
    expect(verifies(message, agent.key)).toBe(true)
  })

  it.each([
    [url, '"@query": ?tag=a%2Fb'],
    ['https://notes.example/notes', '"@query": ?'],
  ])('covers the given components: the query of %s', async (to, line) => {
    const message = await agent.sign(to, {}, { token, cover: ['@query'] })
    expect(receive(message).covered.at(-1)).toBe('"@query"')
    expect(message.base).toContain(`${line}\n`)
    expect(verifies(message, agent.key)).toBe(true)
  })

  it('takes a label and parameters', async () => {
    const params = { nonce: 'n', tag: 'aauth', expires: 1_790_000_010 }
    const message = await agent.sign(url, {}, { token, label: 'planner-1', params })
    expect(receive(message, 'planner-1').params).toMatchObject(params)
    expect(verifies(message, agent.key, 'planner-1')).toBe(true)
  })

  it('digests the content and covers the digest and the type', async () => {
    const body = '{"text":"milk"}'
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }
    const message = await agent.sign(url, request, { token, digest: true })
    const digest = createHash('sha256').update(body).digest('base64')
    expect(linesOf(message, 'content-digest')).toEqual([`sha-256=:${digest}:`])
    expect(receive(message).covered.slice(-2)).toEqual(['"content-digest"', '"content-type"'])
    expect(verifies(message, agent.key)).toBe(true)
  })

  it('digests empty content, and covers no absent type', async () => {
    const message = await agent.sign(url, {}, { token, digest: true })
    expect(linesOf(message, 'content-digest')).toEqual([
      'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
    ])
    expect(receive(message).covered.at(-1)).toBe('"content-digest"')
  })

  it('sends a mission and covers it', async () => {
    const message = await agent.sign(url, {}, { token, mission })
    expect(linesOf(message, 'aauth-mission')).toEqual([
      `approver="https://ps.example"; s256="${mission.s256}"`,
    ])
    expect(receive(message).covered.at(-1)).toBe('"aauth-mission"')
    expect(verifies(message, agent.key)).toBe(true)
  })

  it('covers Authorization when it is sent', async () => {
    const message = await agent.sign(url, { headers: { authorization: 'AAuth x' } }, { token })
    expect(receive(message).covered.at(-1)).toBe('"authorization"')
    expect(verifies(message, agent.key)).toBe(true)
  })
})

describe('agent.sign of a web Request', () => {
  it('signs its method, target, headers and content', async () => {
    const request = new Request(`${url}#here`, {
      method: 'PUT',
      headers: { 'Content-Type': 'text/plain', 'X-Trace': 't' },
      body: 'milk',
    })
    const message = await agent.sign(request, { token, digest: true, cover: ['x-trace'] })
    expect([message.method, message.url, message.target]).toEqual(['PUT', url, '/notes?tag=a%2Fb'])
    expect(receive(message).covered.slice(4)).toEqual(['"x-trace"', '"content-digest"', '"content-type"'])
    expect(new TextDecoder().decode(message.body)).toBe('milk')
    expect(verifies(message, agent.key)).toBe(true)
  })

  it('leaves its content unread', async () => {
    const request = new Request(url, { method: 'POST', body: 'milk' })
    await agent.sign(request, { token })
    expect(await request.text()).toBe('milk')
  })

  it('signs a Request without content', async () => {
    const message = await agent.sign(new Request(url), { token })
    expect(message.body).toBeUndefined()
    expect(verifies(message, agent.key)).toBe(true)
  })
})
