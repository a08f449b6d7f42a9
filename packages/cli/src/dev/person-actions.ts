import type { Form } from './pages/form.ts'
import type { World } from './world.ts'

/** Each does what a form says, and returns what the next page tells. @throws {Error} where nothing is done */

/** Approves or denies one question. */
export function decide(
  world: World,
  person: string,
  { fields: { code = '', decision }, scopes }: Form,
): Promise<string> {
  return decideFor(world, person, { code, decision: decision === 'approve' ? 'approve' : 'deny', scopes })
}

/** What a person says of one question. */
export interface Decision {
  readonly code: string
  readonly decision: 'approve' | 'deny'
  /** Of the scopes that were asked for; default all of them. */
  readonly scopes?: readonly string[]
}

/** As {@link decide}, for whoever decides in the place of a person. */
export async function decideFor(
  { personServer, connections }: World,
  person: string,
  { code, decision, scopes }: Decision,
): Promise<string> {
  const { missions } = personServer
  const asked = missions.waiting.find(
    (one) => one.code === code && (one.consent?.person ?? person) === person,
  )
  if (asked === undefined) throw new Error('nothing waits under this code')
  const { about, agent, consent } = asked
  if (decision === 'deny') {
    await missions.decline(code)
    return `Denied. ${agent} is told so.`
  }
  await missions.approve(code, { person, ...(about === 'auth-token' && scopes && { scopes }) })
  if (about === 'person-token' && consent !== undefined)
    connections.add({ person, agent, resource: consent.resource })
  return `Approved. ${agent} goes on.`
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
