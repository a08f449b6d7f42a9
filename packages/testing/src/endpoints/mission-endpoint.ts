import { ExchangeError } from '@aauth-guard/core/exchange'
import type { Approval } from '../issuer/approval.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import { isDigest, type MissionProposal, notFound, type TestMission } from '../issuer/missions.ts'
import { deferred, type PendingRequest } from '../issuer/pending-requests.ts'
import { base64url, sha256 } from '../signing/keys.ts'
import { granted, readJsonObject } from '../world/endpoint-answer.ts'

/**
 * The mission endpoint of a person server, for the agent whose signature was verified: a proposal, an update, a
 * completion, and polling for what the person said (draft 11 §8.1 to §8.7; drafts 01 to 10, which complete a mission
 * elsewhere, are served here as well).
 * @throws {ExchangeError | EndpointError}
 */
export async function answerMission(issuer: TestIssuer, request: Request, agent: string): Promise<Response> {
  const { missions, id: origin } = issuer
  const { pathname } = new URL(request.url)
  const [, , first, second] = pathname.split('/')
  if (request.method === 'GET') return poll(second ?? '')
  const body = readJsonObject(await request.text())
  return first === undefined ? propose(body) : act(first, body)

  function poll(id: string): Response {
    return missions.requests.poll(id, agent, (asked) => deferred(origin, asked, missions.retryAfter))
  }

  function propose(body: Readonly<Record<string, unknown>>): Promise<Response> | Response {
    if (typeof body.description !== 'string' || body.description === '')
      throw new ExchangeError('invalid_request', 'description is missing')
    const proposal = body as unknown as MissionProposal
    const approve = async ({ person }: Approval): Promise<Response> =>
      missionResponse(await missions.begin(agent, proposal, person))
    return ask({ about: 'proposal', agent, description: proposal.description }, approve)
  }

  async function act(s256: string, body: Readonly<Record<string, unknown>>): Promise<Response> {
    if (!isDigest(s256)) throw new ExchangeError('invalid_request', 'the path does not name a mission')
    if (missions.get(s256)?.agent !== agent) throw notFound()
    missions.assertMissionLive(s256, agent)
    const { action, description, summary } = body
    if (action === 'update' && typeof description === 'string') {
      const update = new TextEncoder().encode(JSON.stringify({ mission_s256: s256, description }))
      return granted({ s256: base64url(await sha256(update)) })
    }
    if (action !== 'completion' || typeof summary !== 'string')
      throw new ExchangeError('invalid_request', 'action is missing or unknown, or lacks its text')
    return ask({ about: 'completion', agent, description: summary }, async () => {
      await missions.end(s256, 'completed')
      return granted({ s256, mission_status: 'terminated' })
    })
  }

  function ask(
    asked: Omit<PendingRequest, 'id' | 'code'>,
    onApproval: (approval: Approval) => Promise<Response>,
  ): Promise<Response> | Response {
    if (missions.approves === 'at-once') return onApproval({})
    return deferred(origin, missions.requests.add(asked, onApproval), missions.retryAfter)
  }

  /** The encoded record in a member of draft 11; the record itself, and its name in a header, before. */
  function missionResponse({ s256, blob }: TestMission): Response {
    if (issuer.generations.includes('person-token')) return granted({ s256, mission: base64url(blob) })
    const headers = {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'aauth-mission': `approver="${origin}"; s256="${s256}"`,
    }
    return new Response(blob, { headers })
  }
}
