import { isInnerList, parseDictionary } from 'structured-headers'
import type { MissionProposal } from '../issuer/missions.ts'
import { base64url, sha256 } from '../signing/keys.ts'
import type { World } from '../world/world.ts'
import type { SigningAgent } from './requests.ts'
import { TokenRefused } from './token-exchange.ts'

/** How an agent goes about something that the person decides. */
export interface AskOptions {
  /** Where to dial the person server, as `http://127.0.0.1:PORT`. */
  readonly via?: string
  /** Hands the person the code; once it is done, the agent looks for the answer. */
  readonly interact?: (interaction: { readonly url: string; readonly code: string }) => unknown
  /** Waits between two looks; default as long as it is told, in real seconds. */
  readonly wait?: (seconds: number) => Promise<unknown>
}

/** A mission as its agent holds it. */
export interface ProposedMission {
  readonly s256: string
  /** The person server. */
  readonly approver: string
  /** Byte for byte what the person agreed to. */
  readonly blob: Uint8Array<ArrayBuffer>
}

/** Proposes a mission and waits for what the person says. @throws {TokenRefused} where they do not agree */
export async function proposeMission(
  net: World,
  agent: SigningAgent,
  proposal: MissionProposal,
  options: AskOptions,
): Promise<ProposedMission> {
  const { approver, endpoint } = await missionEndpoint(net, agent)
  const response = await ask(net, agent, endpoint, proposal, options)
  const mission = await readMission(response)
  if (base64url(await sha256(mission.blob)) !== mission.s256)
    throw new Error('s256 is not the digest of the mission')
  return { ...mission, approver }
}

/** Reports that a mission is done, and waits until the person has seen it. @throws {TokenRefused} */
export async function completeMission(
  net: World,
  agent: SigningAgent,
  s256: string,
  summary: string,
  options: AskOptions,
): Promise<void> {
  const { endpoint } = await missionEndpoint(net, agent)
  await ask(net, agent, `${endpoint}/${s256}`, { action: 'completion', summary }, options)
}

async function missionEndpoint(
  net: World,
  { personServer }: SigningAgent,
): Promise<{ readonly approver: string; readonly endpoint: string }> {
  if (personServer === undefined) throw new Error('the agent has no person server to ask')
  const approver = personServer.id
  const document = await net.fetch(`${approver}/.well-known/aauth-person.json`)
  const { mission_endpoint: endpoint } = (await document.json()) as { mission_endpoint?: string }
  if (endpoint === undefined) throw new Error(`${approver} has no mission_endpoint`)
  return { approver, endpoint }
}

/** Asks, and looks again no sooner than it is told (draft 11 §11.8). */
async function ask(
  net: World,
  agent: SigningAgent,
  endpoint: string,
  body: object,
  { via, interact, wait = sleep }: AskOptions,
): Promise<Response> {
  const token = await agent.agentToken()
  const how = () => ({ token, ...(via !== undefined && { via }), params: { nonce: net.nextId() } })
  const headers = { 'content-type': 'application/json' }
  const asking = { method: 'POST', headers, body: JSON.stringify(body) }
  let response = await agent.fetch(endpoint, asking, { ...how(), digest: true })
  const pending = response.headers.get('location')
  if (response.status === 202) await interact?.(interactionOf(response))
  let told = response.status === 202 && interact !== undefined
  let pause = 5
  while (isPassing(response.status) && pending !== null) {
    pause = Number(response.headers.get('retry-after') ?? pause) + (response.status === 429 ? 5 : 0)
    if (!told) await wait(pause)
    told = false
    response = await agent.fetch(pending, {}, how())
  }
  if (response.ok) return response
  const { error } = (await response.json().catch(() => ({}))) as { error?: string }
  throw new TokenRefused(endpoint, response.status, error)
}

/** The person has not said yet, or the server asks for patience (R11-214). */
function isPassing(status: number): boolean {
  return status === 202 || status === 429 || status === 503
}

function interactionOf({ headers }: Response): { url: string; code: string } {
  const member = parseDictionary(headers.get('aauth-requirement') ?? '').get('requirement')
  if (member === undefined || isInnerList(member)) throw new Error('the answer asks for no interaction')
  return { url: String(member[1].get('url')), code: String(member[1].get('code')) }
}

async function readMission(response: Response): Promise<Pick<ProposedMission, 's256' | 'blob'>> {
  const [, older] = /;\s*s256="([^"]*)"/.exec(response.headers.get('aauth-mission') ?? '') ?? []
  if (older !== undefined) return { s256: older, blob: new Uint8Array(await response.arrayBuffer()) }
  const { s256, mission } = (await response.json()) as { s256: string; mission: string }
  const text = atob(mission.replaceAll('-', '+').replaceAll('_', '/'))
  return { s256, blob: Uint8Array.from(text, (octet) => octet.charCodeAt(0)) }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
