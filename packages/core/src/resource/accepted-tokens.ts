import type { TerminationSource } from '../events/resource-event.ts'
import type { Acceptance, AcceptedMission } from '../keys/acceptance.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { GrowingCache } from '../limits/growing-cache.ts'
import type { Mission } from '../token/claims.ts'
import { missionKey, tokenKey } from '../token/names.ts'
import type { OutstandingToken, OutstandingTokens } from './outstanding-tokens.ts'

const maxTokens = 50_000
/** Terminations, and likewise revocations, that are known not to be news. */
const maxLearned = 10_000
/** Milliseconds for which a token is listed after its last request, even if it has expired. */
const recent = 3_600_000

type Termination = NonNullable<OutstandingTokens['terminated']>

/**
 * The tokens under missions that a resource accepted, which tells which of them are outstanding after a termination. A
 * request with a known token writes three fields. Tokens of listed issuers are kept apart from others, so that others
 * cannot displace them.
 */
export class AcceptedTokens {
  readonly #listed: GrowingCache<Acceptance>
  readonly #others: GrowingCache<Acceptance>
  readonly #missions = new Map<string, AcceptedMission>()
  /** Of missions of listed person servers and of others: everybody can terminate missions of a person server of their own. */
  readonly #terminated = {
    listed: new GrowingCache<Termination>({ max: maxLearned }),
    others: new GrowingCache<Termination>({ max: maxLearned }),
  }
  readonly #revoked = new GrowingCache<true>({ max: maxLearned })
  /** Seconds, by the clock of the resource. */
  readonly #now: () => number
  readonly #isListed: (approver: string) => boolean
  /**
   * Of tokens that were dropped for want of space, under missions of listed person servers and of others: the last `exp`,
   * and when one was last accepted. The issuer may be listed where the person server is not, such as an access server.
   */
  readonly #dropped = { listed: { exp: 0, lastAt: 0 }, others: { exp: 0, lastAt: 0 } }

  /** Number of tokens of listed issuers that are remembered, and likewise of others. */
  readonly max: number

  /** @param isListed whether `trust` lists the person server of a mission */
  constructor(now: () => number, isListed: (approver: string) => boolean, max: number = maxTokens) {
    this.max = max
    const dispose = (acceptance: Acceptance): void => this.#drop(acceptance)
    this.#now = now
    this.#isListed = isListed
    this.#listed = new GrowingCache({ max, dispose })
    this.#others = new GrowingCache({ max, dispose })
  }

  /** A request with this token was accepted. */
  accepted(token: VerifiedToken): void {
    const { mission } = token.claims
    if (mission === undefined) return
    const now = Date.now()
    let { acceptance } = token
    if (acceptance === undefined || acceptance.dropped) {
      acceptance = this.#known(token, mission) ?? this.#add(token, mission, now)
      token.acceptance = acceptance
    }
    acceptance.lastAt = now
    acceptance.count += 1
    acceptance.mission.lastAt = now
  }

  /** A token was revoked. @returns whether that was not known */
  revoked(token: { readonly iss: string; readonly jti: string }): boolean {
    const name = tokenKey(token)
    if (this.#revoked.has(name)) return false
    this.#revoked.set(name, true)
    const acceptance = this.#listed.get(name) ?? this.#others.get(name)
    if (acceptance !== undefined) acceptance.revoked = true
    return true
  }

  /** A mission was terminated. @returns whether that was not known */
  terminated(mission: Mission, reason: string | undefined, learnedFrom: TerminationSource): boolean {
    const key = missionKey(mission)
    const known = this.#terminated[this.#kindOf(mission)]
    if (known.has(key)) return false
    const termination = { at: Date.now(), ...(reason !== undefined && { reason }), learnedFrom }
    known.set(key, Object.freeze(termination))
    return true
  }

  of(mission: Mission): OutstandingTokens {
    const known = this.#missions.get(missionKey(mission))
    const terminated = this.#terminated[this.#kindOf(mission)].get(missionKey(mission))
    const acceptances = known === undefined ? [] : this.#outstanding(known)
    const tokens = acceptances.map(outstandingToken).sort((a, b) => b.lastAcceptedAt - a.lastAcceptedAt)
    return Object.freeze({
      tokens: Object.freeze(tokens),
      atLeast: this.#isOutstanding(this.#droppedUnder(mission)),
      ...(known !== undefined && { lastAcceptedAt: known.lastAt }),
      ...(tokens.length > 0 && { latestExp: tokens.reduce((latest, { exp }) => Math.max(latest, exp), 0) }),
      ...(terminated !== undefined && { terminated }),
    })
  }

  /** The missions under which requests were accepted, the last accepted first. */
  missions(max: number): readonly Mission[] {
    const latestFirst = [...this.#missions.values()].sort((a, b) => b.lastAt - a.lastAt)
    return latestFirst.slice(0, max).map(({ mission }) => mission)
  }

  get size(): number {
    return [...this.#missions.values()].reduce((sum, { acceptances }) => sum + acceptances.size, 0)
  }

  /** What is remembered of a token that was verified once more. */
  #known({ claims, source, thumbprint }: VerifiedToken, mission: Mission): Acceptance | undefined {
    const known = (source.named ? this.#listed : this.#others).get(tokenKey(claims))
    // An issuer may use one `jti` for different tokens.
    const isSame =
      known?.exp === claims.exp &&
      known.thumbprint === thumbprint &&
      missionKey(known.mission.mission) === missionKey(mission)
    return isSame ? known : undefined
  }

  #add(token: VerifiedToken, mission: Mission, now: number): Acceptance {
    const { claims, source, thumbprint, template } = token
    const key = missionKey(mission)
    const of = this.#missions.get(key) ?? { mission, acceptances: new Set(), lastAt: now }
    this.#missions.set(key, of)
    const acceptance: Acceptance = {
      issuer: claims.iss,
      jti: claims.jti,
      agent: claims.agent,
      provider: template.class?.provider,
      thumbprint,
      exp: claims.exp,
      mission: of,
      firstAt: now,
      lastAt: now,
      count: 0,
      revoked: this.#revoked.has(tokenKey(claims)),
      dropped: false,
    }
    of.acceptances.add(acceptance)
    const tokens = source.named ? this.#listed : this.#others
    tokens.set(tokenKey(claims), acceptance)
    return acceptance
  }

  #outstanding(known: AcceptedMission): readonly Acceptance[] {
    return [...known.acceptances].filter((acceptance) => this.#isOutstanding(acceptance))
  }

  #isOutstanding({ exp, lastAt }: Pick<Acceptance, 'exp' | 'lastAt'>): boolean {
    return exp > this.#now() || lastAt >= Date.now() - recent
  }

  #droppedUnder(mission: Mission): { exp: number; lastAt: number } {
    return this.#dropped[this.#kindOf(mission)]
  }

  #kindOf({ approver }: Mission): 'listed' | 'others' {
    return this.#isListed(approver) ? 'listed' : 'others'
  }

  #drop(acceptance: Acceptance): void {
    const { mission: of, exp, lastAt } = acceptance
    acceptance.dropped = true
    of.acceptances.delete(acceptance)
    const dropped = this.#droppedUnder(of.mission)
    dropped.exp = Math.max(dropped.exp, exp)
    dropped.lastAt = Math.max(dropped.lastAt, lastAt)
    const key = missionKey(of.mission)
    if (of.acceptances.size === 0 && this.#missions.get(key) === of) this.#missions.delete(key)
  }
}

function outstandingToken(acceptance: Acceptance): OutstandingToken {
  const { issuer, jti, agent, provider, thumbprint, exp, firstAt, lastAt, count, revoked } = acceptance
  return Object.freeze({
    issuer,
    jti,
    ...(agent !== undefined && { agent }),
    ...(provider !== undefined && { class: provider }),
    thumbprint,
    exp,
    firstAcceptedAt: firstAt,
    lastAcceptedAt: lastAt,
    accepted: count,
    ...(revoked && { revoked }),
  })
}
