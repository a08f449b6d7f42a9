import {
  type AnyRequirement,
  type AuthorizeOptions,
  authorize,
  createResource,
  type DecisionEvent,
  isAAuthError,
  type Resource,
} from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { monitorMissions } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import type { TestNetwork } from '@aauth-guard/testing'
import { stateOf } from '../../src/resource/state-of.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { type Draft, requestOf } from './hostile-request.ts'

export const trusted = { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] }

/** How the two resources of a pair are configured alike. */
export interface Configuration {
  readonly replay: 'auto' | 'unsafe' | 'all' | 'off'
  readonly trust: 'any' | typeof trusted
  readonly watches: boolean
  /** Whether somebody listens to decisions. */
  readonly tells: boolean
}

/** What happens between two requests. */
export interface Happening {
  readonly what: 'time' | 'revocation' | 'purge' | 'termination'
  readonly seconds: number
}

/** Everything that a caller or an operator can see of a decision. */
async function decision(
  resource: Resource,
  draft: Draft,
  requirement: AnyRequirement,
  options: AuthorizeOptions = {},
): Promise<object> {
  try {
    const auth = await authorize(resource, requestOf(draft), requirement as never, options)
    return { auth, binding: auth && contentBinding(auth) }
  } catch (error) {
    if (!isAAuthError(error)) throw error
    const { code, status, headers, problem, hint } = error
    return { code, status, headers: withoutNames(headers), problem, hint }
  }
}

/** What an event tells, apart from what is drawn or measured. */
function told({ time, process, seq, request, duration, ...event }: DecisionEvent): unknown {
  return { ...event, stages: Object.keys(duration) }
}

/** A resource token has a name of its own each time, and each resource signs with its own key. */
function withoutNames(headers: Readonly<Record<string, string>>): unknown {
  const { 'aauth-requirement': requirement = '', ...others } = headers
  const [, text] = /resource-token="([^"]*)"/.exec(requirement) ?? []
  if (text === undefined) return headers
  const { jti: _, ...claims } = claimsOf(text)
  return { ...others, requirement: requirement.replace(text, ''), claims }
}

/** What a resource knows of a request before it decides it. */
export function familiarity(resource: Resource, draft: Draft): string {
  const { forms, tokens, refusedTokens, answersAtOnce, settings } = stateOf(resource)
  const text = /"(.*)"/s.exec(draft.lines['signature-key']?.[0] ?? '')?.[1] ?? ''
  const formed = forms.read(requestOf(draft))
  const known = tokens.get(formed?.tokenText ?? text, settings.now()) !== undefined
  if (formed === undefined) return known ? 'a known token in an unknown form' : 'nothing'
  if (refusedTokens.get(formed.tokenText, settings.now()) !== undefined) return 'a refused token'
  if (!known) return 'a known form'
  return answersAtOnce ? 'a known token and nothing to wait for' : 'a known token'
}

/** A resource that has met the requests it was shown, and one with the same configuration that waits for its stores. */
export class Twins {
  readonly warm: Resource
  readonly plain: Resource
  readonly #net: TestNetwork
  readonly #events: { readonly warm: unknown[]; readonly plain: unknown[] } = { warm: [], plain: [] }

  constructor(net: TestNetwork, { replay, trust, watches, tells }: Configuration) {
    this.#net = net
    net.clock.set(now)
    const make = (events: unknown[], stores: object): Resource =>
      createResource({
        issuer: net.resource,
        trust,
        replay,
        fetch: net.fetch,
        now: net.clock.now,
        scopes: { access: 'Access', 'notes.write': 'Write notes' },
        defaultScope: 'access',
        ...(watches && { missions: monitorMissions({ source: () => ({ status: 'active' }) }) }),
        ...(tells && { onDecision: (event) => void events.push(told(event)) }),
        observe: { personHashKey: new Uint8Array(32).fill(1) },
        ...stores,
      })
    const { revocations, tombstones, replays } = makeSharedStores({ clock: net.clock.now }).stores
    // Clocks of stores are another subject.
    const plain = {
      revocations: { find: revocations.find, add: revocations.add, purge: revocations.purge },
      tombstones: { find: tombstones.find, add: tombstones.add, clearFull: tombstones.clearFull },
      replays: { mark: replays.mark },
    }
    this.warm = make(this.#events.warm, {})
    this.plain = make(this.#events.plain, { stores: plain })
    // No process warns of challenges without a page of metadata.
    for (const resource of [this.warm, this.plain]) stateOf(resource).routesReached = true
  }

  /** Lets both fetch the keys of the issuers, with requests in a form and with tokens that nobody else sends. */
  async introduce(drafts: readonly Draft[]): Promise<void> {
    for (const resource of [this.plain, this.warm])
      for (const draft of drafts) await decision(resource, draft, anyKind)
  }

  /** Lets one of them learn forms, tokens, keys, and tokens to refuse. */
  async warmUp(drafts: readonly Draft[]): Promise<void> {
    for (const draft of drafts) await decision(this.warm, draft, { ...anyKind, trust: trusted })
  }

  async happen({ what, seconds }: Happening, token: string): Promise<void> {
    const { clock } = this.#net
    // A token is verified once: it stays known if the clock goes back to before it was issued.
    if (what === 'time') clock.set(Math.max(clock.now() + seconds, now - 60))
    for (const resource of [this.warm, this.plain]) {
      if (what === 'revocation') await resource.revoke(claimsOf(token))
      if (what === 'purge') await resource.purgeIssuer(claimsOf(token).iss)
      if (what === 'termination') await resource.missions?.terminate(mission)
    }
  }

  /** What each of them decides, and what it tells about that. */
  async decide(
    draft: Draft,
    requirement: AnyRequirement,
    options: AuthorizeOptions,
  ): Promise<readonly [warm: object, plain: object]> {
    const decided: object[] = []
    for (const name of ['warm', 'plain'] as const) {
      const events = this.#events[name]
      const before = events.length
      const made = await decision(this[name], draft, requirement, options)
      // Nobody waits for the event of a refusal.
      await new Promise((resolve) => setImmediate(resolve))
      decided.push({ ...made, events: events.slice(before) })
    }
    return decided as [object, object]
  }

  close(): void {
    this.warm.close()
    this.plain.close()
  }
}
