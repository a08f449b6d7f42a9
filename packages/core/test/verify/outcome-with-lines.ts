import { authorize, type SignedRequest } from '@aauth-guard/core'
import type { World } from '@aauth-guard/fixtures/world'
import { type AgentRequest, type SignedMessage, toSignedRequest } from '@aauth-guard/testing'

export type Lines = Readonly<Record<string, readonly string[]>>

/** A message of the agent of the world with an auth token, which covers more components than required. */
export async function signed(
  { agent }: World,
  url: string,
  request: AgentRequest = {},
  cover: string[] = [],
): Promise<SignedMessage> {
  return agent.sign(url, request, { token: await agent.authToken({ scope: 'access' }), cover })
}

/** Sends a message with some of its header lines, and its target, replaced: the kind of the token, or the refusal. */
export async function outcome(
  world: World,
  message: SignedMessage,
  lines: Lines = {},
  target = message.target,
): Promise<string> {
  const request = toSignedRequest(message)
  const header: SignedRequest['header'] = (name) => lines[name] ?? request.header(name)
  return authorize(world.resource, { ...request, target, header }).then(
    ({ type }) => type,
    ({ status, code }) => `${status} ${code}`,
  )
}
