import type { RequestListener } from 'node:http'
import type { ResourceOptions } from '@aauth-guard/core'
import { type Environment, resourceFromEnv } from '@aauth-guard/core/env'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'

type Options = Pick<ResourceOptions, 'fetch' | 'now'>

/** One process of the API: what is different from deployment to deployment is in its environment. */
export function notesApi(env: Environment, options: Options): RequestListener {
  const resource = resourceFromEnv({ scopes: { 'notes.read': 'Read your notes' }, ...options }, env)
  const app = express()
  app.use(wellKnown(resource))
  app.get('/notes', protect(resource, { scope: 'notes.read' }), (req, res) => {
    res.json({ person: getAuth(req, 'auth-token').sub })
  })
  app.use(answerRefusals())
  return app
}

/** Processes of one API behind a load balancer, which hands requests to each in turn. */
export class Fleet {
  readonly #options: Options
  readonly #processes: RequestListener[]
  #next = 0

  constructor(size: number, env: Environment, options: Options) {
    this.#options = options
    this.#processes = Array.from({ length: size }, () => notesApi(env, options))
  }

  readonly listener: RequestListener = (req, res) => {
    this.#next = (this.#next + 1) % this.#processes.length
    this.#processes[this.#next]?.(req, res)
  }

  /** Replaces one process after the other, as a rolling deployment does. @param between is awaited after each */
  async deploy(env: Environment, between: () => Promise<void>): Promise<void> {
    for (const at of this.#processes.keys()) {
      this.#processes[at] = notesApi(env, this.#options)
      await between()
    }
  }
}
