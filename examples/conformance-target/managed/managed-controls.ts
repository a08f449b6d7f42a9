import type { HeldResult } from '@aauth-guard/core/managed'
import { narrowConsent } from '@aauth-guard/core/managed'
import { present, refuseUnknown } from '../json-members.ts'
import { type HeldRun, heldRuns } from './route-members.ts'
import type { ManagedTarget } from './served-routes.ts'

type Given = Record<string, unknown>
/** What a control does with the content of its request, and what it answers. */
export type Control = (given: Given) => object | Promise<object>

const arrival = ['handle', 'code', 'reference', 'person', 'callback', 'source']

/** What a person and an operator do, by the last segment of `/control/managed/…`. */
export function managedControls({
  resource,
  desk,
  ledger,
  proposals,
  holds,
}: ManagedTarget): Record<string, Control> {
  return {
    open: (given) => desk.open(read(given, arrival)),
    decide: (given) => {
      const decision = read(given, [...arrival, 'outcome', 'scopes', 'lifetime'])
      const { outcome } = decision
      if (outcome !== 'complete' && outcome !== 'deny' && outcome !== 'abandon')
        throw new TypeError('"outcome" must be "complete", "deny" or "abandon"')
      return desk.decide(decision)
    },
    async ask(given) {
      const { handle, ...by } = read(given, ['handle', 'person', 'question', 'options', 'timeout'])
      await desk.page.ask(handle, by)
      return {}
    },
    waiting: (given) => {
      read(given, [])
      return { waiting: desk.waiting }
    },
    async end(given) {
      const selection = read(given, ['consent', 'owner', 'person', 'mission'])
      return { ended: await resource.managed.end(selection) }
    },
    async narrow(given) {
      const { consent, scope } = read(given, ['consent', 'scope'])
      return { consent: (await narrowConsent(resource, consent, scope)) ?? null }
    },
    runs: (given) => {
      const { route } = read(given, ['route'])
      const runs = [...ledger.entries.values()].filter((run) => route === undefined || run.route === route)
      return { runs, unknown: ledger.unknown }
    },
    release: (given) => {
      const { key, run = 'completes' } = read(given, ['key', 'run'])
      if (!heldRuns.some((name) => name === run && name !== 'waits'))
        throw new TypeError('"run" must be "completes", "throws" or "refuses"')
      return { released: ledger.release(key, run as HeldRun) }
    },
    async outcome(given) {
      const { id, ...result } = read(given, ['id', 'status', 'headers', 'body'])
      for (const held of holds)
        if (await held.recordOutcome(id, result as HeldResult)) return { recorded: true }
      return { recorded: false }
    },
    proposals: (given) => {
      read(given, [])
      return { proposals: proposals.made }
    },
  }
}

/** The members that are there. Their values are checked by the function that takes them. */
// biome-ignore lint/suspicious/noExplicitAny: the functions of core check what they are given
function read(given: Given, known: readonly string[]): any {
  refuseUnknown(given, known, 'this control')
  return present(given)
}
