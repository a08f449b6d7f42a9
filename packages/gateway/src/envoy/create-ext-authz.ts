import { createHash, timingSafeEqual } from 'node:crypto'
import { answer } from '@aauth-guard/core'
import type { AssertionSigner } from '@aauth-guard/core/assertion'
import type { Server, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js'
import { notAProxy } from '../decide/not-a-proxy.ts'
import { type GatewayRefusal, refusal } from '../decide/refusal.ts'
import { isPlainName } from '../headers/field-names.ts'
import type { Plan } from '../settings/plan.ts'
import { deniedResponse } from './check-response.ts'
import { judgeCheck } from './judge-check.ts'
import { type EnvoyGrpc, loadGrpc } from './load-grpc.ts'
import type { CheckRequest, CheckResponse } from './messages.ts'
import { CheckRefused, readCheck } from './read-check.ts'
import { serverAddress } from './server-address.ts'
import { removeStaleSocket } from './stale-socket.ts'

/** Options of {@link createExtAuthz}. */
export interface ExtAuthzOptions {
  /** Read once for each request. */
  readonly plan: () => Plan
  readonly assertions: AssertionSigner
  /** Shared with Envoy: 32 to 256 letters, digits and `-._~`. */
  readonly secret: string
  /** Octets of one check, with its header lines and content, 65 536 to 64 MiB. Default 2 MiB. */
  readonly maxMessage?: number
  /** Is told why the gateway itself refused a request, for the log of the operator. */
  readonly onRefused?: (refusal: GatewayRefusal) => void
  /** Is told that a check begins under a plan; what it returns is called once the check has ended. */
  readonly onCheck?: (plan: Plan) => () => void
}

/** Answers the checks of Envoy. */
export interface ExtAuthz {
  /**
   * @param address `unix:/path/of/socket`, or a port of loopback such as `127.0.0.1:9001`
   * @returns the same, with the port that was chosen in place of 0
   * @throws {TypeError} for another address, a second time, or without `@grpc/grpc-js` (the promise rejects)
   */
  listen(address: string): Promise<string>
  /** Takes no more checks, and resolves when those that are under way have ended; after five seconds they are cut off. */
  close(): Promise<void>
}

/** The name of the metadata in which Envoy sends the secret. */
export const secretName = 'aauth-guard-secret'
/** Checks on one connection at the same time. Envoy opens another one for more. */
const maxStreams = 100
/** Milliseconds. */
const graceful = 5000

/**
 * Makes a server for the filter `ext_authz` of Envoy, over gRPC. Everything that it cannot decide is refused by an answer,
 * not by an error of gRPC, so that no setting of Envoy lets it pass.
 *
 * Envoy needs `encode_raw_headers: true`, no normalisation of paths, `failure_mode_allow: false` and the secret as
 * `aauth-guard-secret` in `initial_metadata`: see docs/how-to/envoy.md.
 *
 * @throws {TypeError} for a secret that is too short or has other characters, or another `maxMessage`
 */
export function createExtAuthz(options: ExtAuthzOptions): ExtAuthz {
  const { plan, assertions, maxMessage = 2_097_152, onRefused, onCheck } = options
  const expected = sha256(checkedSecret(options.secret))
  if (!Number.isInteger(maxMessage) || maxMessage < 65_536 || maxMessage > 67_108_864)
    throw new TypeError(`"maxMessage" is ${maxMessage}: write an integer from 65536 to 67108864`)
  let running = 0
  let server: Server | undefined

  const isEnvoy = (given: readonly unknown[]): boolean =>
    given.length === 1 && typeof given[0] === 'string' && timingSafeEqual(sha256(given[0]), expected)

  const refused = (given: GatewayRefusal): CheckResponse => {
    onRefused?.(given)
    return deniedResponse(given.answer)
  }

  async function check(decode: EnvoyGrpc['decode'], octets: Buffer): Promise<CheckResponse> {
    const current = plan()
    if (running >= current.limits.requests)
      return refused(
        refusal('too_many_requests', 'more checks than "limits.requests"', { 'retry-after': '5' }),
      )
    running++
    const ended = onCheck?.(current)
    try {
      return await judgeCheck(current, readCheck(decoded(decode, octets)), assertions, refused)
    } finally {
      running--
      ended?.()
    }
  }

  const handler =
    ({ decode }: EnvoyGrpc) =>
    (call: ServerUnaryCall<Buffer, CheckResponse>, done: sendUnaryData<CheckResponse>): void => {
      // The message is not decoded for anyone who does not know the secret.
      const response = isEnvoy(call.metadata.get(secretName))
        ? check(decode, call.request)
        : Promise.resolve(deniedResponse(notAProxy))
      response
        .catch(async (error: unknown) =>
          error instanceof CheckRefused ? refused(error.refusal) : deniedResponse(await answer(undefined)),
        )
        .then((value) => done(null, value))
    }

  return {
    async listen(address) {
      const checked = serverAddress(address)
      if (server !== undefined) throw new TypeError('the server listens already: make another one')
      const envoy = await loadGrpc()
      if (checked.startsWith('unix:')) await removeStaleSocket(checked.slice('unix:'.length))
      const { grpc, path, encode } = envoy
      const listening = new grpc.Server({
        'grpc.max_receive_message_length': maxMessage,
        'grpc.max_concurrent_streams': maxStreams,
      })
      server = listening
      const method = {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: (octets: Buffer) => octets,
        requestDeserialize: (octets: Buffer) => octets,
        responseSerialize: encode,
        responseDeserialize: (): never => {
          throw new TypeError('a server does not read responses')
        },
      } as const
      listening.addService({ check: method }, { check: handler(envoy) })
      const port = await new Promise<number>((resolve, reject) =>
        listening.bindAsync(checked, grpc.ServerCredentials.createInsecure(), (error, bound) =>
          error === null ? resolve(bound) : reject(error),
        ),
      )
      return checked.startsWith('unix:') ? checked : checked.replace(/:0$/, `:${port}`)
    },
    close: () =>
      new Promise((resolve) => {
        if (server === undefined) return resolve()
        const cut = setTimeout(() => server?.forceShutdown(), graceful)
        server.tryShutdown(() => {
          clearTimeout(cut)
          resolve()
        })
      }),
  }
}

/** @throws {CheckRefused} for octets that are not a check */
function decoded(decode: EnvoyGrpc['decode'], octets: Buffer): CheckRequest {
  try {
    return decode(octets)
  } catch {
    throw new CheckRefused('bad_request', 'the message is not a CheckRequest of envoy.service.auth.v3')
  }
}

function checkedSecret(secret: unknown): string {
  const isLong = typeof secret === 'string' && secret.length >= 32 && secret.length <= 256
  const isPlain =
    isLong && [...secret].every((character) => isPlainName(character) || '._~'.includes(character))
  if (isPlain) return secret
  throw new TypeError(
    'the secret of ext_authz is not 32 to 256 letters, digits and "-._~": make one with `openssl rand -hex 32`',
  )
}

/** Digests have one length, so that the comparison tells nothing about the secret. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
