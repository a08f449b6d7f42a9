import type { LookupFunction } from 'node:net'
import { guardedFetch } from '@aauth-guard/core/node'
import { apiLookup } from './api-address.ts'

/** How the doctor reaches others. Tests have an internet on loopback; nothing of it can be set from outside. */
export interface Network {
  /** Fetches what a served document leads to. */
  readonly guardedFetch: typeof fetch
  lookup(onThisMachine: boolean): LookupFunction
  /** The port that is dialled in place of the one of the URL. */
  readonly port?: number
  /** Certificates that are trusted; default those of the runtime. */
  readonly ca?: readonly string[]
  /** Milliseconds. */
  readonly now: () => number
}

const refuse: typeof fetch = async () => {
  throw new Error('this runtime cannot check addresses')
}

/** The network of this machine. */
export const network: Network = {
  guardedFetch: guardedFetch ?? refuse,
  lookup: apiLookup,
  now: Date.now,
}
