import { createRequire } from 'node:module'
import type { DecisionEvent, ResourceOptions } from '@aauth-guard/core'
import { type AssertionSigner, createAssertionSigner } from '@aauth-guard/core/assertion'
import { now } from '@aauth-guard/fixtures/world'
import { createTestNetwork, type SignedMessage } from '@aauth-guard/testing'
import * as grpc from '@grpc/grpc-js'
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload } from 'jose'
import { onTestFinished } from 'vitest'
import type { GatewayRefusal } from '../../src/decide/refusal.ts'
import { createExtAuthz, type ExtAuthzOptions } from '../../src/envoy/index.ts'
import { descriptor } from '../../src/envoy/messages.ts'
import { compileRoutes } from '../../src/routes/compile-routes.ts'
import type { Route } from '../../src/routes/route.ts'
import type { Plan } from '../../src/settings/plan.ts'
import { defaultProxyLimits } from '../../src/settings/proxy-limits.ts'
import { routeWith } from '../headers/route.ts'
import { notesResource } from '../notes-resource.ts'

export const secret = 'ext-authz-secret-of-the-tests-0123456789'
export const everyone = ['agent-token', 'person-token', 'auth-token'] as const

export interface Field {
  key: string
  raw_value?: Buffer
  value?: string
}

/** What Envoy sends about one request, for tests to change. */
export interface Check {
  method: string
  path: string
  host: string
  protocol: string
  body?: Buffer
  raw_body?: Buffer
  header_map?: { headers: Field[] } | undefined
}

/** What Envoy does with the answer. */
export interface Outcome {
  readonly status: number
  /** What the agent gets: fields, and the body. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** What the upstream gets. */
  readonly removed: readonly string[]
  readonly set: readonly { header: { key: string; value: string }; append: unknown; append_action: number }[]
  readonly added: readonly {
    header: { key: string; value: string }
    append: unknown
    append_action: number
  }[]
  readonly claims: JWTPayload | undefined
}

export const field = (key: string, value: string): Field => ({ key, raw_value: Buffer.from(value, 'latin1') })

/** The fields of a signed message as Envoy writes them with `encode_raw_headers`. */
export function checkOf(message: SignedMessage, partial: 'true' | 'false' | undefined = undefined): Check {
  const { method, target, headers, body } = message
  const host = new URL(message.url).host
  return {
    method,
    path: target,
    host,
    protocol: 'HTTP/1.1',
    ...(partial !== undefined && body !== undefined && { raw_body: Buffer.from(body) }),
    header_map: {
      headers: [
        field(':authority', host),
        field(':path', target),
        field(':method', method),
        field(':scheme', 'https'),
        ...headers.map(([name, value]) => field(name.toLowerCase(), value)),
        ...(body === undefined ? [] : [field('content-length', String(body.length))]),
        ...(partial === undefined ? [] : [field('x-envoy-auth-partial-body', partial)]),
      ],
    },
  }
}

/** The codec of the client, from `@grpc/proto-loader` as the server has it. */
const { fromJSON } = createRequire(createRequire(import.meta.url).resolve('@grpc/grpc-js'))(
  '@grpc/proto-loader',
) as { fromJSON(json: object, options: object): Record<string, unknown> }
const definition = fromJSON(descriptor, { keepCase: true, defaults: true })[
  'envoy.service.auth.v3.Authorization'
] as grpc.ServiceDefinition
const Client = grpc.makeGenericClientConstructor(definition, 'Authorization')

export async function generateSigner(): Promise<AssertionSigner> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'assertions', alg: 'ES256' }
  return createAssertionSigner({ issuer: 'https://notes.example', key, now: () => now })
}

/** A server that answers checks, an agent, and a client in place of Envoy, over a real socket. */
export async function makeEnvoyScene(
  routes: readonly Partial<Route>[] = [{ path: '/notes', requirement: { accept: everyone } as never }],
  options: Partial<ExtAuthzOptions> = {},
  resourceOptions: Partial<ResourceOptions> = {},
  address = '127.0.0.1:0',
) {
  const net = await createTestNetwork({ now, seed: 'envoy' })
  const agent = await net.agent()
  const events: DecisionEvent[] = []
  const refusals: GatewayRefusal[] = []
  const resource = notesResource(net, {
    onDecision: (event) => void events.push(event),
    ...resourceOptions,
  })
  const table = compileRoutes(routes.map((route, index) => routeWith({ name: `route-${index}`, ...route })))
  const plan: Plan = { resource, table, limits: defaultProxyLimits }
  const server = createExtAuthz({
    plan: () => plan,
    assertions: await generateSigner(),
    secret,
    onRefused: (refusal) => void refusals.push(refusal),
    ...options,
  })
  const listening = await server.listen(address)
  const client = connectEnvoy(listening)
  onTestFinished(async () => {
    client.close()
    await Promise.all([server.close(), net.close()])
  })

  const send = senderOf(client)
  const sign = async (
    target = '/notes',
    request: { method?: string; body?: string; headers?: Record<string, string> } = {},
    how: object = {},
  ): Promise<SignedMessage> =>
    agent.sign(`https://notes.example${target}`, request, {
      token: await agent.authToken({ scope: 'notes.read' }),
      ...how,
    } as never)
  return { net, agent, resource, plan, server, client, listening, events, refusals, send, sign }
}

/** A client in place of Envoy. */
export function connectEnvoy(address: string): InstanceType<typeof Client> {
  return new Client(address, grpc.credentials.createInsecure(), { 'grpc.max_send_message_length': -1 })
}

/** Sends checks. Its second parameter has the values of the metadata. */
export function senderOf(client: InstanceType<typeof Client>) {
  return async (
    check: Check | object,
    secrets: readonly string[] = [secret],
    extra: object = {},
  ): Promise<Outcome> => {
    const metadata = new grpc.Metadata()
    for (const value of secrets) metadata.add('aauth-guard-secret', value)
    const request = { attributes: { request: { http: check }, ...extra } }
    const answered = new Promise<Answered>((resolve, reject) =>
      (client.Check as never as CallableFunction)(
        request,
        metadata,
        (error: Error | null, response: never) => (error === null ? resolve(response) : reject(error)),
      ),
    )
    return outcomeOf(await answered)
  }
}

interface Answered {
  status: { code: number }
  denied_response?: { status: { code: number }; headers: Outcome['set']; body: string }
  ok_response?: {
    headers: Outcome['set']
    headers_to_remove: string[]
    response_headers_to_add: Outcome['set']
  }
}

function outcomeOf({ status, denied_response: denied, ok_response: ok }: Answered): Outcome {
  // Envoy lets a request pass by the code alone.
  if ((status.code === 0) !== Boolean(ok) || Boolean(ok) === Boolean(denied))
    throw new Error('the code and the response disagree')
  const assertion = ok?.headers.find(({ header }) => header.key === 'aauth-guard-assertion')?.header.value
  return {
    status: denied?.status.code ?? 200,
    headers: new Map(denied?.headers.map(({ header }) => [header.key, header.value])),
    body: denied?.body ?? '',
    removed: ok?.headers_to_remove ?? [],
    set: ok?.headers ?? denied?.headers ?? [],
    added: ok?.response_headers_to_add ?? [],
    claims: assertion === undefined ? undefined : decodeJwt(assertion),
  }
}
