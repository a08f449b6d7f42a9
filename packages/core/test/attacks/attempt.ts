import { type Auth, authorize, isAAuthError } from '@aauth-guard/core'
import { ExchangeError } from '@aauth-guard/core/exchange'
import type { Call, World } from '@aauth-guard/fixtures/world'
import { type Agent, type SignedMessage, toSignedRequest } from '@aauth-guard/testing'

export const ps = 'https://ps.example'

export const generations = ['mission-header', 'person-token'] as const

export const missionRoute = { mission: 'required' } as const

/** `200`, or status and code of the refusal. */
export async function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => '200',
    (error: unknown) => {
      if (isAAuthError(error) || error instanceof ExchangeError) return `${error.status} ${error.code}`
      throw error
    },
  )
}

/** A call of any agent of the world, whose message may be changed after it was signed. */
export async function callAs(
  { net, resource }: World,
  agent: Agent,
  token: string,
  { url = `${net.resource}/notes`, requirement, ...signing }: Call = {},
  onTheWay: (message: SignedMessage) => SignedMessage = (message) => message,
): Promise<Auth> {
  const message = await agent.sign(url, signing, { ...signing, token })
  return authorize(resource, toSignedRequest(onTheWay(message)), requirement as never)
}

/** An unrelated agent with a provider, a key and a name of its own, whose person is also at the person server of the world. */
export async function unrelatedAgent({ net }: World): Promise<Agent> {
  const provider = await net.issuer('agent-provider', 'https://other-agent.example')
  return net.agent({ name: 'unrelated', provider })
}
