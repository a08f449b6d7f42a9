import type { Answer, Requirement, ResourceEvent, ResourceOptions, Stores } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { type HeldCall, type HoldOptions, hold, managedAccess, type RunHeld } from '@aauth-guard/core/managed'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type SignOptions, toSignedRequest } from '@aauth-guard/testing'

export const issuer = 'https://notes.example'
export const sealingKeys = [{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 5) }]
export const scopes = { 'payments.make': 'Make payments', 'notes.read': 'Read notes' }
export const payment = JSON.stringify({ to: 'bob', amount: 12 })

export interface HeldSceneOptions {
  readonly requirement?: Partial<Requirement<'auth-token', false>>
  readonly run?: RunHeld
  readonly hold?: HoldOptions
  readonly stores?: Stores
  readonly resource?: Partial<ResourceOptions>
}

type Sent = Partial<SignOptions> & {
  readonly method?: string
  readonly path?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent
  /** Whether the request has its content already, as frameworks hand it over that parse it first. */
  readonly isParsed?: boolean
  /** What is read, if it is not the content that was signed. */
  readonly content?: Uint8Array
  /** Called while the content arrives. */
  readonly onRead?: () => Promise<void>
}

/** A resource with one held route, and an agent that calls it and polls. */
export interface HeldScene extends World {
  readonly calls: HeldCall[]
  readonly events: ResourceEvent[]
  readonly route: ReturnType<typeof hold>
  person(): Promise<string>
  /** An auth token that suffices. */
  granted(grant?: Parameters<Agent['authToken']>[0]): Promise<string>
  pay(token: string, sent?: Sent): Promise<Answer>
  poll(location: string, token: string, sent?: Sent): Promise<Answer>
  /** Holds a call, and returns its pending URL. */
  held(sent?: Sent): Promise<string>
}

export async function makeHeldScene({
  requirement,
  run,
  hold: options = { durability: 'lossy' },
  stores = {},
  resource = {},
}: HeldSceneOptions = {}): Promise<HeldScene> {
  const events: ResourceEvent[] = []
  const world = await makeWorld({
    scopes,
    stores,
    managed: managedAccess({ sealingKeys }),
    onEvent: (event) => void events.push(event),
    ...resource,
  })
  // A resource that issues resource tokens is reached at its metadata first.
  const metadata = { method: 'GET', target: '/.well-known/aauth-resource.json', header: () => [] }
  await answerRoutes(world.resource, metadata, async () => new Uint8Array())
  const calls: HeldCall[] = []
  const runs: RunHeld = async (call) => {
    calls.push(call)
    return run?.(call) ?? { status: 201, headers: { 'x-run': `${calls.length}` }, body: `ran ${call.key}` }
  }
  const route = hold(
    world.resource,
    { name: 'payments.make', scope: 'payments.make', ...requirement },
    runs,
    options,
  )
  let nonces = 0
  const send = async (
    url: string,
    token: string,
    { agent = world.agent, method = 'GET', body, headers, path: _, onRead, isParsed: __, ...given }: Sent,
  ) => {
    nonces += 1
    const { content: other, ...signing } = given
    const request = { method, ...(body !== undefined && { body }), ...(headers && { headers }) }
    const message = await agent.sign(url, request, { params: { nonce: `${nonces}` }, ...signing, token })
    const signed = toSignedRequest(message)
    const content = other ?? new TextEncoder().encode(body)
    return {
      signed,
      read: async () => {
        await onRead?.()
        return content
      },
    }
  }
  const pay: HeldScene['pay'] = async (token, sent = {}) => {
    const { path = '/payments' } = sent
    const body = sent.method === 'GET' ? undefined : payment
    const { signed, read } = await send(`${issuer}${path}`, token, {
      method: 'POST',
      ...(body !== undefined && { body, digest: true, headers: { 'content-type': 'application/json' } }),
      ...sent,
    })
    const { body: _, ...head } = { ...signed, header: (name: string) => signed.header(name) }
    return route.answer(sent.isParsed ? signed : { ...head, body: undefined }, read)
  }
  const poll: HeldScene['poll'] = async (location, token, sent = {}) => {
    world.net.clock.advance(2)
    const { signed, read } = await send(location, token, sent)
    return (await answerRoutes(world.resource, signed, read)) as Answer
  }
  const person = (): Promise<string> => world.agent.personToken()
  return {
    ...world,
    calls,
    events,
    route,
    person,
    granted: (grant = {}) => world.agent.authToken({ scope: 'payments.make', ...grant }),
    pay,
    poll,
    async held(sent) {
      const { status, headers } = await pay(await person(), sent)
      if (status !== 202) throw new Error(`the call was answered with ${status}, and not held`)
      return headers.location as string
    },
  }
}
