import type { IncomingMessage } from 'node:http'
import { type Auth, authorize, type OtherCaller, verifyContent } from '@aauth-guard/core'
import { createIdentitySlot } from '@aauth-guard/core/node'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const slot = createIdentitySlot('compare it first')
const messageOf = (): IncomingMessage => ({}) as IncomingMessage

/** The identity of a request with content, before its content is read. */
async function identity(digest: boolean): Promise<Auth> {
  const { agent, resource } = await makeWorld()
  const token = await agent.authToken({ scope: 'access' })
  const sent = { method: 'POST', body: 'note' }
  const request = toSignedRequest(await agent.sign('https://notes.example/notes', sent, { token, digest }))
  const { method, target, header } = request
  return authorize(resource, { method, target, header }, {}, { content: 'later' })
}

describe('an identity is shown on a message', () => {
  it('as a plain value where no content is to be compared', async () => {
    const auth = await identity(false)
    const target = {}
    slot.show(target, 'auth', auth, true)
    expect(Object.getOwnPropertyDescriptor(target, 'auth')).toEqual({
      value: auth,
      configurable: true,
      enumerable: true,
      writable: false,
    })
  })

  it('by a getter that throws until a covered digest is compared [SIG-12, R11-104]', async () => {
    const auth = await identity(true)
    const target: { auth?: Auth } = {}
    slot.show(target, 'auth', auth, false)
    const shown = Object.getOwnPropertyDescriptor(target, 'auth')
    expect([typeof shown?.get, shown?.enumerable, shown?.configurable]).toEqual(['function', false, true])
    expect(() => target.auth).toThrow(expect.objectContaining({ code: 'server_error' }))
    expect(() => target.auth).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('compare it first') }),
    )
    await verifyContent(auth, Buffer.from('note'))
    expect(target.auth).toBe(auth)
  })

  it('as a plain value once a covered digest is compared', async () => {
    const auth = await identity(true)
    await verifyContent(auth, Buffer.from('note'))
    const target = {}
    slot.show(target, 'auth', auth, true)
    expect(Object.getOwnPropertyDescriptor(target, 'auth')?.value).toBe(auth)
  })

  it('of another credential as a plain value', () => {
    const caller: OtherCaller = { type: 'other', scheme: 'Bearer', id: 'a', scopes: [] }
    const target = {}
    slot.show(target, 'auth', caller, true)
    expect(Object.getOwnPropertyDescriptor(target, 'auth')?.value).toBe(caller)
  })

  it('by a second guard in place of the first', async () => {
    const [first, second] = [await identity(true), await identity(false)]
    const target: { auth?: Auth } = {}
    slot.show(target, 'auth', first, true)
    slot.show(target, 'auth', second, true)
    expect(target.auth).toBe(second)
  })
})

describe('a slot', () => {
  it('keeps who sent a message, and the last guard counts', async () => {
    const [first, second] = [await identity(false), await identity(false)]
    const message = messageOf()
    slot.fill(message, first)
    expect([slot.peek(message), slot.callerOf(message), slot.readCaller(message)]).toEqual([
      first,
      first,
      first,
    ])
    slot.fill(message, second)
    expect(slot.read(message, 'auth-token', {})).toBe(second)
    slot.fill(message, undefined)
    expect([slot.peek(message), slot.readCaller(message)]).toEqual([undefined, undefined])
    expect(() => slot.read(message, 'auth-token', {})).toThrow(TypeError)
  })

  it('shows no identity before its digest is compared [SIG-12, R11-104]', async () => {
    const auth = await identity(true)
    const message = messageOf()
    slot.fill(message, auth)
    for (const read of [() => slot.read(message, 'auth-token', {}), () => slot.readCaller(message)])
      expect(read).toThrow(expect.objectContaining({ code: 'server_error' }))
    expect([slot.peek(message), slot.callerOf(message)]).toEqual([auth, auth])
  })

  it('says where no guard ran', () => {
    for (const read of [() => slot.readCaller(messageOf()), () => slot.callerOf(messageOf())])
      expect(read).toThrow('the request has no verified identity: put protect(resource) before')
    expect(slot.peek(messageOf())).toBeUndefined()
  })

  it('is not filled by another slot, nor by copying a message', async () => {
    const auth = await identity(false)
    const message = messageOf()
    createIdentitySlot('another').fill(message, auth)
    expect(slot.peek(message)).toBeUndefined()
    slot.fill(message, auth)
    expect([slot.peek({ ...message } as IncomingMessage), slot.peek(Object.create(message))]).toEqual([
      undefined,
      undefined,
    ])
  })
})
