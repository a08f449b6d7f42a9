import type { Form } from './pages/form.ts'
import type { World } from './world.ts'

/** Each does what a form says, and returns what the next page tells. @throws {Error} where nothing is done */

/** Approves or denies one question. */
export async function decide(
  { personServer, connections }: World,
  person: string,
  { fields: { code = '', decision }, scopes }: Form,
): Promise<string> {
  const { missions } = personServer
  const asked = missions.waiting.find(
    (one) => one.code === code && (one.consent?.person ?? person) === person,
  )
  if (asked === undefined) throw new Error('nothing waits under this code')
  if (decision !== 'approve') {
    await missions.decline(code)
    return `Denied. ${asked.agent} is told so.`
  }
  const { about, consent } = asked
  await missions.approve(code, { person, ...(about === 'auth-token' && { scopes }) })
  if (about === 'person-token' && consent !== undefined)
    connections.add({ person, agent: asked.agent, resource: consent.resource })
  return `Approved. ${asked.agent} goes on.`
}

/** Terminates a mission, revokes what was issued under it, and tells the APIs. */
export async function terminateMission(
  { personServer, apps }: World,
  _: string,
  { fields: { s256 = '' } }: Form,
): Promise<string> {
  const { missions } = personServer
  if (missions.get(s256) === undefined) throw new Error('there is no such mission')
  await missions.end(s256, 'revoked', { revoke: true })
  const told = await Promise.all(
    apps.map(async (to) => {
      const status = await missions.announce(s256, { to }).then(
        (response) => response.status,
        () => 'not reached, or it does not take announcements',
      )
      return `${to}: ${status}`
    }),
  )
  return ['The mission is terminated.', ...told].join(' ')
}

/** Revokes a token wherever it counts. */
export async function revokeToken(
  { personServer }: World,
  person: string,
  { fields: { jti = '' } }: Form,
): Promise<string> {
  const own = personServer.tokens().some((token) => token.jti === jti && (token.person ?? person) === person)
  if (!own) throw new Error('there is no such token')
  const outcomes = await personServer.revokeIssued({ jti })
  const told = outcomes.map(({ recipient, status, error }) => `${recipient}: ${error ?? status}`)
  return ['The token is revoked.', ...told].join(' ')
}

/** From now on the person is asked again before the agent says who they are. */
export async function forget(
  { connections }: World,
  _: string,
  { fields: { agent = '', resource = '' } }: Form,
): Promise<string> {
  connections.remove({ agent, resource })
  return `You are asked before ${agent} says who you are at ${resource}.`
}
