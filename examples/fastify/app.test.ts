import { resolve } from 'node:path'
import { createResource } from '@aauth-guard/core'
import type { TestNetwork } from '@aauth-guard/testing'
import { expect, it } from 'vitest'
import { itKeepsNotes, openNotes } from '../notes-behaviour.ts'
import { notesApi, options } from './app.ts'

async function serve(net: TestNetwork): Promise<void> {
  const app = await notesApi(createResource({ ...options, fetch: net.fetch, now: net.clock.now }))
  await app.ready()
  await net.listen((request, response) => app.routing(request, response))
}

itKeepsNotes(options.issuer, serve, resolve(import.meta.dirname, 'app.ts'))

it('tells everybody what it is', async () => {
  const { net } = await openNotes(options.issuer, serve)
  const response = await fetch(`${net.servedAt('notes.example')}/about`)
  expect([response.status, await response.json()]).toEqual([
    200,
    { notes: 'of people, kept for their agents' },
  ])
})
