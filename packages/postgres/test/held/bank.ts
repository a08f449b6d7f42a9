/** A resource whose held calls write a ledger in PostgreSQL, as each process of a fleet makes it. */
import { generateKeyPairSync } from 'node:crypto'
import { type Answer, createResource, type RecordStore, type ResourceOptions } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { hold, managedAccess, type UnknownOutcome } from '@aauth-guard/core/managed'
import { postgresStores, type Query } from '@aauth-guard/postgres'
import { type Agent, createTestNetwork, toSignedRequest } from '@aauth-guard/testing'

const issuer = 'https://bank.example'
// Nobody redeems its resource tokens, so that each process can have a key of its own.
const { privateKey } = generateKeyPairSync('ed25519')
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'Ed25519' } as NonNullable<
  ResourceOptions['signingKey']
>
const sealingKeys = [{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 5) }]

export interface BankOptions {
  readonly query: Query
  readonly schema: string
  readonly idempotent: boolean
  /** Seconds by which the clock of this process is ahead. */
  readonly ahead?: number
  /** Called before and after each write of a call to the ledger. */
  readonly step?: () => void
  readonly onUnknown?: (outcome: UnknownOutcome) => unknown
}

/** A held call, and the auth token that it waits for. */
export interface Held {
  readonly agent: string
  readonly target: string
  readonly location: string
  readonly token: string
}

export interface Bank {
  hold(agent: string, target: string): Promise<Held>
  /** Polls until the store answers in time, which a busy machine may prevent. */
  poll(held: Held): Promise<Answer>
}

export async function openBank({
  query,
  schema,
  idempotent,
  ahead = 0,
  step = () => undefined,
  onUnknown,
}: BankOptions): Promise<Bank> {
  const net = await createTestNetwork({ resource: issuer, seed: 'bank', ids: 'random' })
  if (ahead > 0) net.clock.advance(ahead)
  // The clock of a process that finds a lost one is a few minutes ahead, which no store would accept.
  const { now: _, ...records } = withMethods(postgresStores({ query, schema }).stores.records)
  const resource = createResource({
    issuer,
    trust: { personServers: [net.personServer.id], agentProviders: 'any' },
    scopes: { pay: 'Pay' },
    fetch: net.fetch,
    now: net.clock.now,
    stores: { records },
    managed: managedAccess({ sealingKeys }),
    log: 'off',
    signingKey,
  })
  const table = idempotent ? 'ledger_once' : 'ledger'
  const route = hold(
    resource,
    { name: 'pay', scope: 'pay' },
    async ({ key, path }) => {
      step()
      const once = idempotent ? ' ON CONFLICT DO NOTHING' : ''
      await query(`INSERT INTO ${schema}.${table} (key, target) VALUES ($1, $2)${once}`, [key, path])
      step()
      return { status: 201, body: path }
    },
    { idempotent, ...(onUnknown && { onUnknown }) },
  )
  let polled: string | undefined
  const agents = new Map<string, Agent>()
  const agentOf = async (name: string): Promise<Agent> => {
    const agent = agents.get(name) ?? (await net.agent({ name }))
    agents.set(name, agent)
    return agent
  }
  const metadata = { method: 'GET', target: '/.well-known/aauth-resource.json', header: () => [] }
  await answerRoutes(resource, metadata, async () => new Uint8Array())
  const nothing = async () => new Uint8Array()
  const nonce = () => ({ nonce: crypto.randomUUID() })
  return {
    async hold(name, target) {
      const agent = await agentOf(name)
      const token = await agent.personToken()
      const { status, headers, body } = await untilAnswered(async () => {
        const message = await agent.sign(`${issuer}${target}`, { method: 'POST' }, { token, params: nonce() })
        return route.answer(toSignedRequest(message), nothing)
      })
      if (status !== 202) throw new Error(`the call was answered with ${status}: ${body}`)
      const granted = await agent.authToken({ scope: 'pay' })
      return { agent: name, target, location: headers.location as string, token: granted }
    },
    async poll({ agent: name, location, token }) {
      const agent = await agentOf(name)
      return untilAnswered(async () => {
        // A call is polled once a second at most.
        if (polled === location) net.clock.advance(1)
        polled = location
        const message = await agent.sign(location, {}, { token, params: nonce() })
        const answered = await answerRoutes(resource, toSignedRequest(message), nothing)
        return answered as Answer
      })
    },
  }
}

/** A store that does not answer within 500 ms is asked again. */
async function untilAnswered(send: () => Promise<Answer>): Promise<Answer> {
  for (let attempts = 1; ; attempts++) {
    const answered = await send()
    if (answered.status !== 503 || attempts === 20) return answered
  }
}

/** An object with the methods of a store, which a spread would leave behind in its class. */
function withMethods(store: RecordStore): RecordStore {
  return {
    durable: store.durable,
    create: (entry) => store.create(entry),
    find: (key) => store.find(key),
    replace: (change) => store.replace(change),
    end: (end) => store.end(end),
    list: (list) => store.list(list),
  }
}
