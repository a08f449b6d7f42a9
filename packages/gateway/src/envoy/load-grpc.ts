import { createRequire } from 'node:module'
import type * as Grpc from '@grpc/grpc-js'
import { type CheckRequest, type CheckResponse, descriptor } from './messages.ts'

/** gRPC, and the encoding of Envoy's messages. */
export interface EnvoyGrpc {
  readonly grpc: typeof Grpc
  /** The path of the call, which Envoy knows. */
  readonly path: string
  decode(octets: Buffer): CheckRequest
  encode(response: CheckResponse): Buffer
}

/** The part of `@grpc/proto-loader` that is used, which `@grpc/grpc-js` depends on and brings. */
interface ProtoLoader {
  fromJSON(json: object, options: object): Record<string, unknown>
}

interface Method {
  readonly path: string
  requestDeserialize(octets: Buffer): object
  responseSerialize(response: object): Buffer
}

/**
 * Loads gRPC, which only those who have Envoy install.
 * @throws {TypeError} if it is not installed (the promise rejects)
 */
export async function loadGrpc(): Promise<EnvoyGrpc> {
  const grpc = await import('@grpc/grpc-js').catch((cause: unknown) => {
    throw new TypeError('ext_authz needs @grpc/grpc-js: install it beside @aauth-guard/gateway', { cause })
  })
  const fromGrpc = createRequire(createRequire(import.meta.url).resolve('@grpc/grpc-js'))
  const { fromJSON } = fromGrpc('@grpc/proto-loader') as ProtoLoader
  const { Check } = fromJSON(descriptor, { keepCase: true })['envoy.service.auth.v3.Authorization'] as {
    readonly Check: Method
  }
  return {
    grpc,
    path: Check.path,
    decode: (octets) => Check.requestDeserialize(octets) as CheckRequest,
    encode: (response) => Check.responseSerialize(response),
  }
}
