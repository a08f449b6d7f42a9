import { type Agent, corruptToken, type Generation } from '@aauth-guard/testing'
import type { Sent } from './cases/case.ts'
import { octetsOf } from './wire.ts'

/** The octets of what a case sends on its connection, request by request; the connection ends with the last. */
export async function octetsOfAll(
  agent: Agent,
  sent: Sent | readonly Sent[],
  generation: Generation,
): Promise<string[]> {
  const all = [sent].flat() as readonly Sent[]
  // One token for all that ask for the same: what is sent twice is the same twice.
  const tokens = new Map<string, string>()
  const requests: string[] = []
  for (const [index, one] of all.entries()) {
    const { target = '/whoami', token: kind = 'auth', grant, corruption, pipelined, wire, ...how } = one
    const asked = JSON.stringify([kind, grant, corruption])
    const token = tokens.get(asked) ?? (await tokenFor(agent, one, generation))
    tokens.set(asked, token)
    const message = await agent.sign(`https://notes.example${target}`, how, { ...how, token })
    const unsigned = message.headers.filter(([name]) => !name.startsWith('signature'))
    const headers = kind === 'none' ? unsigned : message.headers
    const octets = octetsOf({ ...message, headers }, { last: index === all.length - 1, ...wire })
    if (pipelined) requests.push(`${requests.pop()}${octets}`)
    else requests.push(octets)
  }
  return requests
}

async function tokenFor(
  agent: Agent,
  { token, grant, corruption }: Sent,
  generation: Generation,
): Promise<string> {
  const minted =
    token === 'agent'
      ? await agent.agentToken(grant)
      : token === 'person'
        ? await agent.personToken(grant)
        : await agent.authToken({ generation, ...grant })
  return corruption === undefined ? minted : corruptToken(minted, corruption)
}
