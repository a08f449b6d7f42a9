import type { ResourceOptions } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { vi } from 'vitest'

/** What a URL answers in place of its issuer. */
export type IssuerAnswer = (init: RequestInit | undefined) => Response | Promise<Response>

/** A world in which a test can answer for an issuer, and hold answers back. */
export interface AnsweredWorld extends World {
  /** Every requested URL, in order, even if its answer is held back. */
  readonly asked: readonly string[]
  answer(url: string, answer: IssuerAnswer): void
  /** Holds every answer of `url` back until the function it returns is called. */
  hold(url: string): () => void
  /** Lets the issuer of `url` answer again. */
  release(url: string): void
}

/** The body of a response, in any form it can be given in. */
export type AnswerBody = ConstructorParameters<typeof Response>[0]

export const personMetadata = 'https://ps.example/.well-known/aauth-person.json'
export const personKeys = 'https://ps.example/jwks.json'
/** What is fetched from an unknown person server, in this order. */
export const flight = [personMetadata, personKeys]
export const agentMetadata = 'https://agent.example/.well-known/aauth-agent.json'
export const agentKeys = 'https://agent.example/jwks.json'

/** @param jitter from 0 (none) to less than 1 (as much as there may be) */
export async function makeAnsweredWorld(
  options: Partial<ResourceOptions> = {},
  jitter = 0,
): Promise<AnsweredWorld> {
  vi.spyOn(Math, 'random').mockReturnValue(jitter)
  const asked: string[] = []
  const answers = new Map<string, IssuerAnswer>()
  const fetcher: typeof fetch = async (input, init) => {
    const url = String(input)
    asked.push(url)
    return (await answers.get(url)?.(init)) ?? world.net.fetch(url, init)
  }
  const world = await makeWorld({ ...options, fetch: fetcher })
  return {
    ...world,
    asked,
    answer: (url, answer) => answers.set(url, answer),
    hold(url) {
      let open = (): void => undefined
      const opened = new Promise<void>((resolve) => {
        open = resolve
      })
      answers.set(url, async (init) => {
        await opened
        return world.net.fetch(url, init)
      })
      return open
    },
    release: (url) => answers.delete(url),
  }
}

/** A body as an issuer serves it: JSON, unless `init` says otherwise. */
export function answerWith(body: AnswerBody, init: ResponseInit = {}): IssuerAnswer {
  const headers = new Headers(init.headers)
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  return () => new Response(body, { ...init, headers })
}

/** Lets fetches in the background complete. Within one process that takes turns of the event loop, not time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Waits until something has happened within this process. What does not happen within a minute never does: a loop that
 * went on would slow down the tests behind it.
 */
export async function until(happened: () => boolean): Promise<void> {
  const start = performance.now()
  while (!happened()) {
    if (performance.now() - start > 60_000) throw new Error(`it never happened: ${happened}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
