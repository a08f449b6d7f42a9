import type { SharedStore, Stores } from '@aauth-guard/core'
import { ObjectCalls, type StateNamespace } from './calls.ts'

/** Options of {@link durableObjectStores}. */
export interface StoreOptions {
  /** Tells the state of several APIs in one namespace apart. Default `aauth`. */
  readonly name?: string
  /** Revoked tokens of one issuer. Default 100 000. */
  readonly maxRevocations?: number
  /** Terminated missions of one person server. Default 1 000 000. */
  readonly maxTombstones?: number
}

/**
 * The stores of a resource in Durable Objects. One object holds what concerns one issuer: its revoked tokens and its
 * purge, the terminations of its missions and what a source said about them, and the signatures by which its tokens were
 * used. The same signature cannot occur under two issuers, since it covers the token.
 *
 * Links are found by the key and not by an issuer. They are spread over 64 objects by the first character of its
 * thumbprint, which is a hash.
 */
export function durableObjectStores(
  namespace: StateNamespace,
  { name = 'aauth', maxRevocations = 100_000, maxTombstones = 1_000_000 }: StoreOptions = {},
): Required<Omit<Stores, 'records'>> {
  const calls = new ObjectCalls(namespace)
  const issuer = (iss: string): string => JSON.stringify([name, 'issuer', iss])
  const keys = (thumbprint: string): string => JSON.stringify([name, 'keys', thumbprint.slice(0, 1)])
  const now = async (): Promise<number> => (await calls.now(JSON.stringify([name, 'clock']))) / 1000
  const shared: SharedStore = {
    now,
    // An object has its data or does not answer, so it is enough that one does.
    ready: async () => void (await now()),
  }
  return {
    revocations: {
      ...shared,
      find: (token) => calls.ask(issuer(token.iss), 'revocations', 'find', token),
      add: (entry) => calls.ask(issuer(entry.iss), 'revocations', 'add', entry, maxRevocations),
      purge: ({ iss }) => calls.ask(issuer(iss), 'revocations', 'purge'),
    },
    tombstones: {
      ...shared,
      find: (mission) => calls.ask(issuer(mission.approver), 'tombstones', 'find', mission),
      add: (entry) => calls.ask(issuer(entry.approver), 'tombstones', 'add', entry, maxTombstones),
      clearFull: ({ approver }) => calls.ask(issuer(approver), 'tombstones', 'clearFull'),
    },
    replays: {
      ...shared,
      mark: (mark) => calls.ask(issuer(mark.issuer), 'replays', 'mark', mark),
    },
    statuses: {
      ...shared,
      get: (mission) => calls.ask(issuer(mission.approver), 'statuses', 'get', mission),
      claim: (mission, milliseconds) =>
        calls.ask(issuer(mission.approver), 'statuses', 'claim', mission, milliseconds),
      put: (mission, claim, answer) =>
        calls.ask(issuer(mission.approver), 'statuses', 'put', mission, claim, answer),
      forget: (mission) => calls.ask(issuer(mission.approver), 'statuses', 'forget', mission),
    },
    links: {
      ...shared,
      find: (key) => calls.ask(keys(key.thumbprint), 'links', 'find', key),
      add: (entry) => calls.ask(keys(entry.thumbprint), 'links', 'add', entry),
    },
  }
}
