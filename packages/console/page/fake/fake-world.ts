import type {
  Mission,
  OutstandingToken,
  OutstandingTokens,
  ResourceEvent,
  ResourceSnapshot,
  TerminationSource,
} from '@aauth-guard/core'
import type { ConsoleDecision, MissionState } from '../model/protocol.ts'
import { hostile } from './hostile.ts'
import { Random } from './random.ts'
import { accepted, type Refusal, refusals } from './refusals.ts'

interface FakeMission {
  readonly mission: Mission
  readonly tokens: (OutstandingToken & { accepted: number; lastAcceptedAt: number })[]
  readonly atLeast: boolean
  terminated?: { at: number; reason?: string; learnedFrom: TerminationSource }
  lastAcceptedAt?: number
}

const routes = [
  { name: 'notes.read', method: 'GET', path: '/notes' },
  { name: 'notes.read', method: 'GET', path: '/notes/2f6c1' },
  { name: 'notes.write', method: 'POST', path: '/notes' },
  { name: 'notes.write', method: 'PUT', path: '/notes/2f6c1' },
  { name: 'calendar.read', method: 'GET', path: '/calendar/events' },
  { name: 'payments.create', method: 'POST', path: '/payments' },
] as const
const providers = ['https://agents.acme.example', 'https://runtime.example', 'https://ap.helper.example']
const people = ['https://ps.example', 'https://person.bank.example']
const words = ['scribe', 'courier', 'planner', 'bookkeeper', 'researcher', 'gardener', 'porter', 'clerk']

/** A world of missions, agents and refusals that never was. */
export class FakeWorld {
  readonly process: string
  readonly issuer = 'https://api.notes.example'
  readonly #random: Random
  readonly #hostile: boolean
  readonly #missions: FakeMission[] = []
  readonly #weights = refusals.flatMap((refusal) => Array.from({ length: refusal.weight }, () => refusal))
  #seq = 0
  #acceptedInSecond = 0

  constructor({ seed = 7, hostile = false, isEmpty = false } = {}) {
    this.#random = new Random(seed)
    this.#hostile = hostile
    this.process = this.#random.id(16)
    if (!isEmpty) for (let at = 0; at < 14; at++) this.#missions.push(this.#makeMission(at))
  }

  /** Decisions of the past, the oldest first. */
  past(count: number, now: number, span: number): ConsoleDecision[] {
    return Array.from({ length: count }, (_, at) => this.decide(now - span + Math.floor((span * at) / count)))
  }

  decide(time: number): ConsoleDecision {
    const random = this.#random
    const drawn = this.#missions.length > 0 && random.next() < 0.8 ? random.pick(this.#missions) : undefined
    // Most agents stop when their mission is terminated.
    const mission = drawn?.terminated !== undefined && random.next() < 0.85 ? undefined : drawn
    const token = mission === undefined ? undefined : random.pick(mission.tokens)
    const isEnded = mission?.terminated !== undefined && mission.terminated.at < time
    const drawnRefusal = random.next() < 0.76 ? undefined : random.pick(this.#weights)
    const chosen =
      drawnRefusal?.code === 'mission_terminated' && mission === undefined ? undefined : drawnRefusal
    const refusal = isEnded ? refusals.find(({ code }) => code === 'mission_terminated') : chosen
    if (refusal === undefined) this.#noteAcceptance(mission, token, time)
    return this.#event(time, mission, token, refusal)
  }

  happen(time: number): ResourceEvent {
    const random = this.#random
    const odd = this.#hostile ? random.pick(hostile).slice(0, 128) : undefined
    const issuer = odd ?? random.pick([...people, ...providers])
    const mission =
      this.#missions.length > 0
        ? random.pick(this.#missions).mission
        : { approver: issuer, s256: random.id(43) }
    const common = { time, suppressed: random.next() < 0.1 ? random.below(400) : 0 }
    return random.pick<() => ResourceEvent>([
      () => ({
        type: 'aauth.keys_fetched.v1',
        issuer,
        document: 'aauth-person.json',
        outcome: 'fetched',
        ...common,
      }),
      () => ({
        type: 'aauth.keys_fetched.v1',
        issuer,
        document: 'aauth-agent.json',
        outcome: 'failed',
        hint: odd ?? 'the certificate of the host expired 3 days ago',
        ...common,
      }),
      () => ({
        type: 'aauth.issuer_refused.v1',
        issuer: odd ?? 'https://unlisted.example',
        kind: 'person-token',
        ...common,
      }),
      () => ({
        type: 'aauth.token_revoked.v1',
        issuer,
        jti: odd ?? random.id(22),
        learnedFrom: 'issuer',
        ...common,
      }),
      () => ({
        type: 'aauth.mission_terminated.v1',
        mission,
        reason: odd ?? 'budget used up',
        learnedFrom: 'announcement',
        ...common,
      }),
      () => ({
        type: 'aauth.store_failed.v1',
        store: 'stores.revocations',
        hint: odd ?? 'no answer within 250 ms',
        ...common,
      }),
      () => ({
        type: 'aauth.circuit_changed.v1',
        subject: 'stores.revocations',
        state: random.pick(['open', 'closed'] as const),
        ...common,
      }),
      () => ({ type: 'aauth.discovery_limited.v1', issuer: odd ?? 'https://flood.example', ...common }),
      () => ({ type: 'aauth.issuer_purged.v1', issuer, learnedFrom: 'operator', ...common }),
    ])()
  }

  /** Terminates a mission that is active. */
  terminate(time: number, reason = 'stopped by its person'): Mission | undefined {
    const active = this.#missions.find(({ terminated }) => terminated === undefined)
    if (active !== undefined) active.terminated = { at: time, reason, learnedFrom: 'announcement' }
    return active?.mission
  }

  missionState(
    approver: string,
    s256: string,
    decisions: readonly ConsoleDecision[],
  ): MissionState | undefined {
    const found = this.#missions.find(({ mission }) => mission.approver === approver && mission.s256 === s256)
    return (
      found && {
        mission: found.mission,
        outstanding: outstandingOf(found),
        decisions: decisions.filter(({ mission }) => mission?.approver === approver && mission.s256 === s256),
      }
    )
  }

  snapshot(time: number): ResourceSnapshot {
    const now = Math.floor(time / 1000)
    const isKnown = this.#missions.length > 0
    return {
      type: 'aauth.snapshot.v1',
      time,
      process: this.process,
      issuer: this.issuer,
      issuers: isKnown ? this.#issuers(now) : [],
      missions: this.#missions.map((one) => {
        const { tokens, ...rest } = outstandingOf(one)
        const distinct = (values: readonly (string | undefined)[]) => [
          ...new Set(values.filter((value) => value !== undefined)),
        ]
        return {
          mission: one.mission,
          agents: distinct(tokens.map(({ agent }) => agent)),
          classes: distinct(tokens.map((token) => token.class)),
          tokens: tokens.length,
          ...rest,
        }
      }),
      stores: [
        { store: 'stores.replays', inMemory: false, circuit: 'closed', waiting: 0 },
        {
          store: 'stores.revocations',
          inMemory: false,
          circuit: isKnown ? 'open' : 'closed',
          waiting: isKnown ? 3 : 0,
        },
        { store: 'stores.tombstones', inMemory: false, circuit: 'closed', waiting: 0 },
        { store: 'stores.statuses', inMemory: true, circuit: 'closed', waiting: 0 },
      ],
      suspendedServers: isKnown ? [this.#text('https://person.bank.example')] : [],
      budgets: [
        { name: 'first contact', running: isKnown ? 2 : 0, maxRunning: 8, available: isKnown ? 14 : 20 },
        { name: 'renewal', running: 0, maxRunning: 8, available: 20 },
        { name: 'mission status', running: 0, maxRunning: 4, available: 10 },
      ],
      caches: [
        { name: 'verified tokens', entries: Math.min(10_000, this.#acceptedInSecond), max: 10_000 },
        {
          name: 'accepted tokens',
          entries: this.#missions.reduce((sum, { tokens }) => sum + tokens.length, 0),
          max: 50_000,
        },
      ],
      lifetimes: isKnown
        ? { connections: 12, tokens: 9, missions: 4 }
        : { connections: 0, tokens: 0, missions: 0 },
    }
  }

  #issuers(now: number): ResourceSnapshot['issuers'] {
    return [
      {
        issuer: 'https://ps.example',
        document: 'aauth-person.json',
        listed: true,
        keys: ['2026-11', '2026-10'],
        fetchedAt: now - 190,
        freshUntil: now + 3410,
        fetching: false,
      },
      {
        issuer: 'https://person.bank.example',
        document: 'aauth-person.json',
        listed: true,
        keys: ['k1'],
        fetchedAt: now - 4000,
        freshUntil: now - 400,
        failure: { hint: this.#text('connection refused'), count: 3, retryAt: now + 24 },
        fetching: false,
      },
      {
        issuer: 'https://agents.acme.example',
        document: 'aauth-agent.json',
        listed: true,
        keys: ['a-7', 'a-8', 'a-9'],
        fetchedAt: now - 20,
        freshUntil: now + 580,
        fetching: false,
      },
      {
        issuer: this.#text('https://runtime.example'),
        document: 'aauth-agent.json',
        listed: false,
        keys: [this.#text('r1')],
        fetchedAt: now - 610,
        freshUntil: now - 10,
        fetching: true,
      },
      {
        issuer: 'https://ap.helper.example',
        document: 'aauth-agent.json',
        listed: false,
        keys: [],
        failure: { hint: 'the host does not resolve', count: 1, retryAt: now + 8 },
        fetching: false,
      },
    ]
  }

  #makeMission(at: number): FakeMission {
    const random = this.#random
    const now = Date.now()
    const mission = { approver: this.#text(random.pick(people)), s256: random.id(43) }
    const tokens = Array.from({ length: 1 + random.below(at === 3 ? 9 : 4) }, (_, index) => {
      const provider = random.pick(providers)
      const from = now - random.below(1_800_000)
      return {
        issuer: mission.approver,
        jti: this.#text(random.id(22)),
        agent: this.#text(
          `aauth:${random.pick(words)}${index === 0 ? '' : `-${index}`}@${provider.slice(8)}`,
        ),
        class: provider,
        thumbprint: random.id(43),
        // Of ended missions the tokens of some live on, and those of others have expired.
        exp: Math.floor(now / 1000) + (at % 4 === 2 ? -60 - random.below(900) : 60 + random.below(1500)),
        firstAcceptedAt: from,
        lastAcceptedAt: from + random.below(now - from),
        accepted: 1 + random.below(400),
        ...(at % 5 === 1 && index === 0 && { revoked: true as const }),
      }
    })
    const isEnded = at % 4 === 1 || at % 4 === 2
    return {
      mission,
      tokens,
      atLeast: at % 6 === 1,
      ...(isEnded && {
        terminated: {
          at: now - 20_000 - random.below(900_000),
          ...(at % 8 !== 2 && {
            reason: this.#text(random.pick(['budget used up', 'finished', 'stopped by its person'])),
          }),
          learnedFrom: random.pick<TerminationSource>([
            'announcement',
            'operator',
            'fleet',
            'store',
            'source',
            'response',
          ]),
        },
      }),
      lastAcceptedAt: now - (isEnded ? 940_000 : random.below(120_000)),
    }
  }

  #noteAcceptance(
    mission: FakeMission | undefined,
    token: FakeMission['tokens'][number] | undefined,
    time: number,
  ): void {
    this.#acceptedInSecond++
    if (mission === undefined || token === undefined) return
    mission.lastAcceptedAt = Math.max(time, mission.lastAcceptedAt ?? 0)
    token.lastAcceptedAt = Math.max(time, token.lastAcceptedAt)
    token.accepted++
  }

  #event(
    time: number,
    mission: FakeMission | undefined,
    token: FakeMission['tokens'][number] | undefined,
    refusal: Refusal | undefined,
  ): ConsoleDecision {
    const random = this.#random
    const route = random.pick(routes)
    const provider = token?.class ?? random.pick(providers)
    const agent = token?.agent ?? this.#text(`aauth:${random.pick(words)}@${provider.slice(8)}`)
    const issuer = mission?.mission.approver ?? provider
    const mismatch = refusal?.verified === false
    const verify = 0.3 + random.next() ** 3 * (refusal?.outcome === 'failed' ? 250 : 4)
    const read = 0.05 + random.next() * 0.1
    const requirement = random.next() * 0.04
    return {
      type: 'aauth.decision.v1',
      time,
      process: this.process,
      seq: ++this.#seq,
      request: random.id(16),
      step: 1,
      point: 'guard',
      credential: 'aauth',
      outcome: refusal?.outcome ?? 'accepted',
      ...(refusal && { status: refusal.status, code: refusal.code, hint: this.#text(refusal.hint) }),
      duration: { read, verify, requirement, total: read + verify + requirement },
      requirement: route.name,
      method: route.method,
      path: this.#text(route.path).slice(0, 1024),
      generation: 'person-token',
      kind: mission === undefined ? 'agent-token' : 'person-token',
      ...(mismatch
        ? {
            claimed: {
              issuer: issuer.slice(0, 128),
              agent: agent.slice(0, 128),
              ...(mission && { mission: mission.mission.s256 }),
            },
          }
        : {
            issuer,
            agent,
            class: provider,
            thumbprint: token?.thumbprint ?? random.id(43),
            jti: token?.jti ?? random.id(22),
            exp: token?.exp ?? Math.floor(time / 1000) + 240,
            ...(mission && {
              mission: mission.mission,
              person: random.id(43),
              personScope: 'process' as const,
            }),
            covered: ['@method', '@authority', '@path', 'signature-key'],
          }),
      call_id: random.id(43),
      explanation:
        refusal === undefined
          ? accepted
          : { ...refusal.explanation, why: this.#text(refusal.explanation.why) },
    }
  }

  /** The text, or in a hostile world now and then another. */
  #text(text: string): string {
    return this.#hostile && this.#random.next() < 0.5 ? this.#random.pick(hostile) : text
  }
}

function outstandingOf({ mission: _, ...rest }: FakeMission): OutstandingTokens {
  const { tokens } = rest
  return { ...rest, latestExp: Math.max(...tokens.map(({ exp }) => exp)) }
}
