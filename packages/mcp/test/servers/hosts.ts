import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { wellKnown } from '@aauth-guard/express'
import type { McpOptions } from '@aauth-guard/mcp'
import { protectMcp as protectV1 } from '@aauth-guard/mcp/v1'
import { protectMcp as protectV2 } from '@aauth-guard/mcp/v2'
import { toNodeHandler } from '@modelcontextprotocol/node'
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import express from 'express'
import { Calls } from './calls.ts'
import { makeTasks, notesV1 } from './notes-v1.ts'
import { notesV2 } from './notes-v2.ts'

export interface Host {
  readonly name: string
  readonly hasSessions: boolean
  /** Whether it serves revision 2026-07-28. */
  readonly isModern: boolean
  readonly listener: (calls: Calls, resource: Resource, options: McpOptions) => RequestListener
}

/** The events of all sessions, as one database would have them. */
export class StoredEvents implements EventStore {
  readonly #events: { id: string; stream: string; message: unknown }[] = []

  async storeEvent(stream: string, message: unknown): Promise<string> {
    const id = `${stream}/${this.#events.length}`
    this.#events.push({ id, stream, message })
    return id
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events.find((event) => event.id === id)?.stream
  }

  async replayEventsAfter(
    id: string,
    { send }: { send: (eventId: string, message: never) => Promise<void> },
  ): Promise<string> {
    const stream = (await this.getStreamIdForEventId(id)) ?? ''
    const after = this.#events.slice(this.#events.findIndex((event) => event.id === id) + 1)
    for (const event of after) if (event.stream === stream) await send(event.id, event.message as never)
    return stream
  }
}

const v1Stateless: Host = {
  name: 'SDK 1 without sessions',
  hasSessions: false,
  isModern: false,
  listener(calls, resource, options) {
    const app = express()
    app.use(wellKnown(resource))
    const tasks = makeTasks()
    app.all('/mcp', protectV1(resource, options), async (req, res) => {
      const transport = new StreamableHTTPServerTransport()
      await notesV1(calls, tasks).connect(transport as never)
      await transport.handleRequest(req, res, req.body)
    })
    return app
  },
}

const v1Sessions: Host = {
  name: 'SDK 1 with sessions',
  hasSessions: true,
  isModern: false,
  listener(calls, resource, options) {
    const app = express()
    app.use(wellKnown(resource))
    const transports = new Map<string, StreamableHTTPServerTransport>()
    const tasks = makeTasks()
    const eventStore = new StoredEvents()
    app.all('/mcp', protectV1(resource, options), async (req, res) => {
      const known = transports.get(req.get('mcp-session-id') ?? '')
      if (known !== undefined) return known.handleRequest(req, res, req.body)
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore,
        onsessioninitialized: (id) => void transports.set(id, transport),
        onsessionclosed: (id) => void transports.delete(id),
      })
      await notesV1(calls, tasks).connect(transport as never)
      return transport.handleRequest(req, res, req.body)
    })
    return app
  },
}

const v2: Host = {
  name: 'SDK 2',
  hasSessions: false,
  isModern: true,
  listener(calls, resource, options) {
    const handler = createMcpHandler(() => notesV2(calls))
    return toNodeHandler({ fetch: protectV2(resource, handler, options) }) as RequestListener
  },
}

const v2Sessions: Host = {
  name: 'SDK 2 with sessions',
  hasSessions: true,
  isModern: false,
  listener(calls, resource, options) {
    const transports = new Map<string, WebStandardStreamableHTTPServerTransport>()
    const eventStore = new StoredEvents()
    const fetch = protectV2(
      resource,
      async (request, passed) => {
        const known = transports.get(request.headers.get('mcp-session-id') ?? '')
        if (known !== undefined) return known.handleRequest(request, passed)
        const transport = new WebStandardStreamableHTTPServerTransport({
          sessionIdGenerator: randomUUID,
          eventStore: eventStore as never,
          onsessioninitialized: (id) => void transports.set(id, transport),
          onsessionclosed: (id) => void transports.delete(id),
        })
        await notesV2(calls).connect(transport)
        return transport.handleRequest(request, passed)
      },
      options,
    )
    return toNodeHandler({ fetch }) as RequestListener
  },
}

export const hosts: readonly Host[] = [v1Stateless, v1Sessions, v2, v2Sessions]
export const sessionHosts: readonly Host[] = hosts.filter(({ hasSessions }) => hasSessions)
export { Calls, v1Sessions, v1Stateless, v2, v2Sessions }
