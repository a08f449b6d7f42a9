import type { Answer, ResourceOptions, SignedRequest } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import {
  type ServerRequest,
  type ServerSignOptions,
  type SignedMessage,
  type TestIssuer,
  toSignedRequest,
} from '@aauth-guard/testing'
import { makeWorld, type World } from '../world.ts'

export const endpoint = 'https://notes.example/aauth/revoke'

/** How a revocation is sent. */
export interface Revoking extends ServerSignOptions {
  /** Default the person server. */
  readonly by?: TestIssuer
  readonly request?: ServerRequest
  /** Changes the message after it was signed. */
  readonly onTheWay?: (message: SignedMessage) => SignedMessage
}

/** A world whose issuers speak to the revocation endpoint. */
export interface RevocationWorld extends World {
  /** Signs `content` as JSON and resolves with the answer of the resource. */
  post(content: unknown, how?: Revoking): Promise<Answer>
  /** Gives any request to the resource's own routes. */
  route(request: SignedRequest): Promise<Answer>
  /** The code, or `accepted`, of a call with `token`. */
  verdict(token: string): Promise<string>
}

export async function makeRevocationWorld(options: Partial<ResourceOptions> = {}): Promise<RevocationWorld> {
  const world = await makeWorld(options)
  const route: RevocationWorld['route'] = async (request) => {
    const answer = await answerRoutes(world.resource, request, async () => request.body ?? new Uint8Array())
    if (answer === undefined) throw new Error('no route answered')
    return answer
  }
  return {
    ...world,
    route,
    async post(content, { by = world.net.personServer, request, onTheWay, ...options } = {}) {
      const body = typeof content === 'string' ? content : JSON.stringify(content)
      const headers = { 'content-type': 'application/json' }
      const message = await by.signServer(endpoint, { headers, body, ...request }, options)
      return route(toSignedRequest(onTheWay ? onTheWay(message) : message))
    },
    async verdict(token) {
      const requirement = { accept: ['agent-token', 'person-token'] } as const
      return world.call(token, { requirement }).then(
        () => 'accepted',
        (error: { code: string }) => error.code,
      )
    },
  }
}

/** The claims of a token, as its issuer knows them. */
export function claimsOf(token: string): {
  readonly iss: string
  readonly jti: string
  readonly exp: number
} {
  return JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
}

/** Status, code and challenge headers of an answer. */
export function told({ status, headers, body }: Answer): unknown {
  const { error } = JSON.parse(body || '{}') as { error?: string }
  return [status, error, headers['accept-signature-scheme']]
}
