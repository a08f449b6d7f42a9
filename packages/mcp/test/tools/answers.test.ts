import { protectMcp } from '@aauth-guard/mcp/v1'
import express from 'express'
import { expect, it } from 'vitest'
import { call, protect } from '../scene.ts'
import { v1Stateless } from '../servers/hosts.ts'

it('a server on Node answers with all of its header fields, also with two cookies', async () => {
  const { agent, send } = await protect({
    ...v1Stateless,
    listener: (_, resource, options) =>
      express().all('/mcp', protectMcp(resource, options), (_request, response) => {
        response.setHeader('set-cookie', ['a=1', 'b=2']).setHeader('x-server', 'notes')
        response.json({ jsonrpc: '2.0', id: 1, result: {} })
      }),
  })
  const { headers, status } = await send({ token: await agent.agentToken(), body: call('ping') })
  expect([status, headers.getSetCookie(), headers.get('x-server')]).toEqual([200, ['a=1', 'b=2'], 'notes'])
})
