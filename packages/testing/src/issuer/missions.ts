import { base64url, sha256 } from '../signing/keys.ts'
import { deliver, type RevokeOptions } from '../world/deliver.ts'
import { EndpointError } from '../world/endpoint-answer.ts'
import { publishedEndpoint } from '../world/published-endpoint.ts'
import type { Generation } from '../world/roles.ts'
import type { World } from '../world/world.ts'
import type { Approval } from './approval.ts'
import type { IssuedTokens } from './issued-tokens.ts'
import { type PendingRequest, PendingRequests } from './pending-requests.ts'
import { type RevocationOutcome, type RevokingIssuer, revokeTokens } from './revoke-issued.ts'
import type { StatusMisbehaviour } from './status-misbehaviour.ts'
import type { TokenPolicy } from './token-policy.ts'

/** The person server that missions belong to. */
export interface MissionIssuer extends RevokingIssuer {
  readonly generations: readonly Generation[]
  readonly policy: TokenPolicy
  readonly issued: IssuedTokens
}

/** What an agent proposes (draft 11 §8.2). */
export interface MissionProposal {
  readonly description: string
  readonly tools?: readonly { readonly name: string; readonly description?: string }[]
  /** Identifiers of resources. */
  readonly resources?: readonly string[]
}

/** A mission that the person agreed to. */
export interface TestMission {
  readonly s256: string
  /** The record, byte for byte: `s256` is its digest. Empty for one that was ended and never proposed here. */
  readonly blob: Uint8Array<ArrayBuffer>
  /** Whose it is; `undefined` as above. */
  readonly agent: string | undefined
  /** Who agreed, by the name that the person server has for them; absent where it was not told. */
  readonly person?: string | undefined
  /** Seconds, as are the others. */
  readonly approvedAt: number
  readonly expiresAt: number | undefined
  readonly terminatedAt: number | undefined
  /** As `completed`, `revoked`, `expired`, `superseded`, `administrative`; the list is open. */
  readonly reason: string | undefined
}

/** The missions of a person server: proposed by agents, agreed to or not by the test, and ended for good. */
export class Missions {
  /** Whether the person agrees at once, or when the test says so with {@link approve}; default the latter. */
  approves: 'at-once' | 'when-asked' = 'when-asked'
  /** Whether missions that were never agreed to here are refused; default any digest passes for a live mission. */
  onlyKnown = false
  /** Seconds after which a mission that is agreed to from now on expires; default never. */
  lifetime: number | undefined
  /** Seconds for which an agent that polls is asked to wait. */
  retryAfter = 1
  /** Who may ask for the status of a mission, by identifier; default the resource of the network. */
  managers: readonly string[]
  /** How the status is offered: at an endpoint of its own, as an operation of the mission endpoint, or not. */
  control: 'endpoint' | 'operation' | 'none' = 'endpoint'
  /** Seconds for which a status may be relied on. */
  freshness = 30
  /** How the status is answered from now on, until it is deleted. */
  misbehaviour: StatusMisbehaviour | undefined
  /** @internal */
  readonly requests: PendingRequests
  private readonly known = new Map<string, TestMission>()
  private readonly net: World
  private readonly issuer: MissionIssuer

  constructor(net: World, issuer: MissionIssuer) {
    this.net = net
    this.issuer = issuer
    this.managers = [net.resource]
    this.requests = new PendingRequests(net.clock.now)
  }

  /** What waits for the person, oldest first. */
  get waiting(): readonly PendingRequest[] {
    return this.requests.waiting()
  }

  /** The person agrees to what they were asked under this code: a proposal, that a mission is complete, or a token. */
  approve(code: string, approval?: Approval): Promise<void> {
    return this.requests.decide(code, 'approved', approval)
  }

  /** The person refuses. */
  decline(code: string): Promise<void> {
    return this.requests.decide(code, 'declined')
  }

  /** A mission that the person agrees to now, without asking over the wire. */
  async begin(
    agent: { readonly id: string } | string,
    proposal: MissionProposal,
    person?: string,
  ): Promise<TestMission> {
    const id = typeof agent === 'string' ? agent : agent.id
    const approvedAt = this.net.clock.now()
    const expiresAt = this.lifetime === undefined ? undefined : approvedAt + this.lifetime
    const older = !this.issuer.generations.includes('person-token')
    const record = {
      ...(older && { approver: this.issuer.id }),
      agent: id,
      approved_at: dateTime(approvedAt),
      description: proposal.description,
      approved_tools: proposal.tools,
      ...(!older && {
        approved_resources: proposal.resources,
        expires_at: expiresAt === undefined ? undefined : dateTime(expiresAt),
      }),
      // Two missions of one second and one text are two.
      nonce: this.net.nextId(),
    }
    const blob = new TextEncoder().encode(JSON.stringify(record))
    const s256 = base64url(await sha256(blob))
    const mission = {
      ...{ s256, blob, agent: id, person, approvedAt, expiresAt },
      ...{ terminatedAt: undefined, reason: undefined },
    }
    this.known.set(s256, mission)
    return mission
  }

  /** Every mission as it stands, oldest first. */
  all(): readonly TestMission[] {
    return [...this.known.keys()].map((s256) => this.get(s256) as TestMission)
  }

  /** Knows missions again that {@link all} listed before. */
  restore(missions: Iterable<TestMission>): void {
    for (const mission of missions) this.known.set(mission.s256, mission)
  }

  /** A mission as it stands: one past its life has expired. */
  get(s256: string): TestMission | undefined {
    const mission = this.known.get(s256)
    if (mission?.expiresAt === undefined || mission.terminatedAt !== undefined) return mission
    return this.net.clock.now() < mission.expiresAt
      ? mission
      : { ...mission, terminatedAt: mission.expiresAt, reason: 'expired' }
  }

  /**
   * Ends a mission for good; one that has ended stays as it is. One that was never proposed here ends as well.
   * With `revoke` it revokes the auth tokens issued under it, and person tokens at the access servers that issued auth
   * tokens on them (draft 11 §8.6, §11.12).
   */
  async end(
    s256: string,
    reason = 'revoked',
    { revoke = false, ...options }: { readonly revoke?: boolean } & RevokeOptions = {},
  ): Promise<readonly RevocationOutcome[]> {
    const now = this.net.clock.now()
    const mission = this.get(s256) ?? {
      ...{ s256, blob: new Uint8Array(), agent: undefined, approvedAt: now, expiresAt: undefined },
      ...{ terminatedAt: undefined, reason: undefined },
    }
    if (mission.terminatedAt === undefined) this.known.set(s256, { ...mission, terminatedAt: now, reason })
    if (!revoke) return []
    const tokens = this.issuer.issued
      .selected({ mission: s256 }, now)
      .filter(({ kind, presentedTo }) => kind === 'auth-token' || presentedTo.size > 0)
    return revokeTokens(this.net, this.issuer, tokens, options)
  }

  /**
   * Tells a resource that a mission has ended, at the `mission_termination_endpoint` of its metadata. No draft has
   * this; it is an extension of this project.
   */
  async announce(
    s256: string,
    { to = this.net.resource, via, ...signing }: { readonly to?: string } & RevokeOptions = {},
  ): Promise<Response> {
    const name = { document: 'aauth-resource.json', member: 'mission_termination_endpoint' }
    const endpoint = await publishedEndpoint(this.net, to, name, via)
    const body = JSON.stringify({ mission_s256: s256, termination_reason: this.get(s256)?.reason })
    const headers = { 'content-type': 'application/json' }
    return deliver(this.net, await this.issuer.signServer(endpoint, { headers, body }, signing), via)
  }

  /**
   * Lets nothing pass that names a mission which has ended.
   * @param agent who must have it; `undefined` in a chain, and where a token already says so
   * @throws {EndpointError} 403 `mission_terminated` (draft 11 §8.8); 404 `mission_not_found`, the same for one that is
   * unknown and for another agent's (§8.7)
   */
  assertMissionLive(s256: string, agent: string | undefined): TestMission | undefined {
    const mission = this.get(s256)
    const foreign = agent !== undefined && mission?.agent !== undefined && mission.agent !== agent
    if (foreign || (mission === undefined && this.onlyKnown)) throw notFound()
    if (mission?.terminatedAt !== undefined || this.issuer.policy.endedMissions?.includes(s256)) {
      const reason = mission?.reason
      throw new EndpointError(403, 'mission_terminated', {
        members: { mission_status: 'terminated', ...(reason && { termination_reason: reason }) },
      })
    }
    return mission
  }
}

export function notFound(): EndpointError {
  return new EndpointError(404, 'mission_not_found')
}

/** RFC 3339. */
export function dateTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

/** Whether a text can be the digest of a mission. */
export function isDigest(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}
