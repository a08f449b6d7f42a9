import type { RequestListener } from 'node:http'
import type { ResourceOptions } from '@aauth-guard/core'
import {
  type Agent,
  type AgentRequest,
  dial,
  type SignedMessage,
  type SignOptions,
} from '@aauth-guard/testing'
import { onTestFinished } from 'vitest'
import { listed, makeWorld, type World } from '../../core/test/world.ts'

/** What happens to a message between signer and socket. */
export type OnTheWay = (message: SignedMessage) => SignedMessage

/** One request to a {@link Served} app. */
export interface Sent extends AgentRequest, Omit<SignOptions, 'token'> {
  /** Default `/notes`; goes over the wire as it is written. */
  readonly target?: string
  /** Default an auth token without scopes. */
  readonly token?: string
  /** Default the agent of the world. */
  readonly agent?: Agent
  /** Changes the message after it was signed. */
  readonly onTheWay?: OnTheWay
}

/** An app on a loopback socket, in a world with one agent. */
export interface Served extends World {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Signs a request as `options` say, without sending it. */
  sign(sent?: Sent): Promise<SignedMessage>
  /** Signs a request and sends it. */
  send(sent?: Sent): Promise<Response>
  /** Sends a request without any credential. */
  sendUnsigned(method?: string, target?: string): Promise<Response>
}

/** Serves what `build` makes until the test is over. */
export async function serve(
  build: (world: World) => RequestListener,
  options: Partial<ResourceOptions> = {},
): Promise<Served> {
  const world = await makeWorld({ trust: listed, ...options })
  const { url } = await world.net.listen(build(world))
  onTestFinished(() => world.net.close())
  const sign: Served['sign'] = async ({ target = '/notes', token, agent = world.agent, ...sent } = {}) => {
    const signed = token ?? (await agent.authToken())
    return agent.sign(`${world.net.resource}${target}`, sent, { ...sent, token: signed })
  }
  return {
    ...world,
    url,
    sign,
    async send(sent = {}) {
      const message = await sign(sent)
      return dial(url, sent.onTheWay ? sent.onTheWay(message) : message)
    },
    sendUnsigned(method = 'GET', target = '/notes') {
      return dial(url, { method, url: `${world.net.resource}${target}`, target, headers: [], base: '' })
    },
  }
}

/** Puts header lines in front of those that were signed. */
export function withLines(...lines: readonly (readonly [name: string, value: string])[]): OnTheWay {
  return (message) => ({ ...message, headers: [...lines, ...message.headers] })
}

/** The status and code of a refusal. */
export async function verdictOf(response: Response): Promise<[status: number, code: string]> {
  return [response.status, ((await response.json()) as { error: string }).error]
}
