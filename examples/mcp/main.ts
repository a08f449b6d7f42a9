/**
 * MCP tools under missions: `node examples/mcp/main.ts` plays on loopback how an agent is refused, steps up, works under a
 * mission, is joined by another runtime, and is cut off when the mission is terminated.
 */
import { createResource } from '@aauth-guard/core'
import { type Agent, createTestNetwork } from '@aauth-guard/testing'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { runsServer, scopes } from './server.ts'
import { SigningFetch } from './signing-fetch.ts'

const net = await createTestNetwork({ resource: 'https://runs.example' })
const ps = net.personServer
// Tokens of drafts 01 to 10 name the agent, and so its provider.
ps.generations = ['mission-header']
const resource = createResource({
  issuer: net.resource,
  trust: { agentProviders: 'any', personServers: [ps.id] },
  generations: ['mission-header'],
  scopes,
  fetch: net.fetch,
  now: net.clock.now,
})
await net.serveIssuers()
const { url } = await net.listen(runsServer(resource))

let failed = false
const desktop = await connect(await net.agent({ runtime: 'desktop' }))
tell('An agent may see what it could ask for', await toolsOf(desktop.client), [
  'runs.count',
  'runs.step',
  'runs.watch',
])
tell('It counts the runs', await call(desktop.client, 'runs.count'), '0 runs')
tell('What it was asked for on the way', desktop.signing.asked, ['auth-token'])
tell('Without a mission it may not work', await call(desktop.client, 'runs.step'), 403)

const interact = ({ code }: { code: string }): Promise<void> => ps.missions.approve(code)
const { s256 } = await desktop.agent.proposeMission(
  { description: 'Sort the feedback of the week' },
  { interact },
)
const mission = { approver: ps.id, s256 }
desktop.signing.under(mission)
tell('Under the mission that Ada agreed to, it works', await call(desktop.client, 'runs.step'), 'step 1')

const cloud = await connect(await net.agent({ runtime: 'cloud' }))
cloud.signing.under(mission)
tell('A second runtime resumes the work, with another key', await call(cloud.client, 'runs.step'), 'step 2')

const provider = await net.issuer('agent-provider', 'https://other-agent.example')
const foreign = await connect(await net.agent({ provider }))
foreign.signing.under(mission)
tell(
  'An agent of another provider does not',
  await call(foreign.client, 'runs.step'),
  'this run is not yours',
)

const watching = new Promise<void>((resolve) => {
  desktop.client.setNotificationHandler('notifications/message', () => resolve())
})
const watched = call(desktop.client, 'runs.watch')
await watching
await resource.missions.terminate(mission, 'completed')
tell('The mission is terminated: the stream ends', await watched, 'mission_terminated')
tell(
  'And so does the work of every runtime',
  [await call(desktop.client, 'runs.step'), await call(cloud.client, 'runs.step')],
  [403, 403],
)

for (const { client } of [desktop, cloud, foreign]) await client.close()
resource.close()
await net.close()
process.exitCode = failed ? 1 : 0

async function connect(agent: Agent): Promise<{ agent: Agent; client: Client; signing: SigningFetch }> {
  const signing = new SigningFetch(agent, url)
  const client = new Client({ name: 'agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${net.resource}/mcp`), { fetch: signing.fetch }),
  )
  return { agent, client, signing }
}

async function toolsOf(client: Client): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name)
}

/** What a tool says, or how the call was refused. */
async function call(client: Client, name: string): Promise<unknown> {
  try {
    const { content } = (await client.callTool({ name, arguments: { run: 'feedback' } })) as {
      content: { text: string }[]
    }
    return content[0]?.text
  } catch (error) {
    const { status, data } = error as { status?: number; data?: { error?: string } }
    return data?.error ?? status ?? String(error)
  }
}

/** Prints what happened, and fails the program when it is not what should have. */
function tell(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value))
  console.log(`${is === should ? '✓' : '✗'} ${what}: ${is}${is === should ? '' : `, and not ${should}`}`)
  failed ||= is !== should
}
