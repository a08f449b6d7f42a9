import { resolve } from 'node:path'
import { createResource } from '@aauth-guard/core'
import type { TestNetwork } from '@aauth-guard/testing'
import type { AbstractHttpAdapter } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { buildSync } from 'esbuild'
import { describe, expect, it, onTestFinished } from 'vitest'
import { itKeepsNotes, openNotes } from '../notes-behaviour.ts'
import { notesApi, options } from './app.ts'

/** What `npx esbuild` makes of the file, since Node does not run decorators. */
const program = resolve(import.meta.dirname, '../../node_modules/.examples/nestjs/app.js')
buildSync({ entryPoints: [resolve(import.meta.dirname, 'app.ts')], outfile: program, format: 'esm' })

const adapters: Readonly<Record<string, () => AbstractHttpAdapter>> = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
}

describe.each(Object.entries(adapters))('on %s', (name, makeAdapter) => {
  async function serve(net: TestNetwork): Promise<void> {
    const resource = createResource({ ...options, fetch: net.fetch, now: net.clock.now })
    const app = await notesApi(resource, makeAdapter())
    onTestFinished(() => app.close())
    await app.init()
    const instance = app.getHttpAdapter().getInstance()
    if (name === 'Express') await net.listen(instance)
    else {
      await instance.ready()
      await net.listen((request, response) => instance.routing(request, response))
    }
  }

  itKeepsNotes(options.issuer, serve, program)

  it('tells everybody what it is', async () => {
    const { net } = await openNotes(options.issuer, serve)
    const response = await fetch(`${net.servedAt('notes.example')}/about`)
    expect([response.status, await response.json()]).toEqual([
      200,
      { notes: 'of people, kept for their agents' },
    ])
  })
})
