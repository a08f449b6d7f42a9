import type { Agent, TestIssuer } from '@aauth-guard/testing'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import type { Facts, Outcome } from './play.ts'
import { abbreviate } from './send.ts'
import type { Stage } from './stage.ts'

/**
 * What a person server does with a resource token: verifies it with the keys that the API publishes, has the person
 * decide, and grants what it asks for. The person of this demo says yes.
 */
export async function decide(
  stage: Stage,
  personServer: TestIssuer,
  agent: Agent,
  resourceToken: string,
): Promise<Outcome & { readonly authToken: string }> {
  const { payload } = await jwtVerify(resourceToken, await keysOfApi(stage), {
    typ: 'aa-resource+jwt',
    issuer: 'https://notes.example',
    audience: personServer.id,
  })
  const { iss, aud, scope, ps, sub, agent: name, mission, agent_jkt: thumbprint, iat = 0, exp = 0 } = payload
  const old = name !== undefined
  const authToken = await agent.authToken({
    generation: old ? 'mission-header' : 'person-token',
    scope: scope as string,
    sub: sub ?? 'ada',
    ...(mission !== undefined && { mission: (mission as { s256: string }).s256 }),
  })
  const asked: Facts = old ? { agent: name, mission } : { ps, sub }
  return {
    authToken,
    sent: [`resource token: ${abbreviate(resourceToken)}`],
    facts: {
      'question from': iss,
      to: aud,
      scope,
      ...asked,
      'key is the agent’s': thumbprint === agent.key.thumbprint,
      'seconds to live': exp - iat,
      answer: `auth token ${abbreviate(authToken)}`,
    },
  }
}

async function keysOfApi({ api }: Stage): Promise<ReturnType<typeof createLocalJWKSet>> {
  const metadata = await fetch(`${api}/.well-known/aauth-resource.json`)
  const { jwks_uri: uri } = (await metadata.json()) as { jwks_uri: string }
  const jwks = await fetch(new URL(new URL(uri).pathname, api))
  return createLocalJWKSet((await jwks.json()) as JSONWebKeySet)
}
