/** The story that `main.ts` and the demo play: MCP tools under missions, over real HTTP. */
import { createResource } from '@aauth-guard/core'
import { type Agent, createTestNetwork } from '@aauth-guard/testing'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { exportJWK, generateKeyPair } from 'jose'
import { runsServer, scopes } from './server.ts'
import { SigningFetch } from './signing-fetch.ts'

interface Connected {
  readonly agent: Agent
  readonly client: Client
  readonly signing: SigningFetch
}

/** The agents, connected to the server, and what the steps do with them. */
export interface McpScene {
  readonly desktop: Connected
  readonly cloud: Connected
  /** An agent of another provider. */
  readonly foreign: Connected
  /** Lets a person agree to a mission, under which all agents work from then on. */
  propose(): Promise<void>
  /** What a call gets that is streaming when the mission is terminated. */
  cutOff(): Promise<unknown>
  close(): Promise<void>
}

/** One thing that happens, and what must come of it. */
export interface McpStep {
  readonly what: string
  readonly expected: unknown
  readonly because: string
  play(scene: McpScene): Promise<unknown>
}

const work = ({ client }: Connected): Promise<unknown> => call(client, 'runs.step')

/** To be played in this order. */
export const mcpSteps: readonly McpStep[] = [
  {
    what: 'An agent lists the tools.',
    expected: ['runs.count', 'runs.step', 'runs.watch'],
    because: 'A list shows what the agent has or could get by asking, and nothing is issued for it.',
    play: ({ desktop }) => toolsOf(desktop.client),
  },
  {
    what: 'It counts the runs.',
    expected: '0 runs',
    because:
      'The first call was refused with 401 and a resource token. The agent took it to its person server and came back.',
    play: ({ desktop }) => call(desktop.client, 'runs.count'),
  },
  {
    what: 'This is what it was asked for on the way.',
    expected: ['auth-token'],
    because: 'One token was missing: an auth token with the scope of the tool.',
    play: async ({ desktop }) => desktop.signing.asked,
  },
  {
    what: 'It calls a tool that works on a run, without a mission.',
    expected: 403,
    because: 'The table requires one. The refusal answers the HTTP request, and is not a result of the tool.',
    play: ({ desktop }) => work(desktop),
  },
  {
    what: 'Ada agrees to a mission, and the agent calls the tool again.',
    expected: 'step 1',
    because:
      'The tool reads the verified identity in authInfo.extra.aauth, and binds the run to the mission.',
    play: async ({ desktop, propose }) => {
      await propose()
      return work(desktop)
    },
  },
  {
    what: 'A second runtime of the agent resumes the work, with another key.',
    expected: 'step 2',
    because: 'The run belongs to the mission and the agent provider, not to a key or a session.',
    play: ({ cloud }) => work(cloud),
  },
  {
    what: 'An agent of another provider tries to.',
    expected: 'this run is not yours',
    because: 'Its class is another one.',
    play: ({ foreign }) => work(foreign),
  },
  {
    what: 'The mission is terminated while a call of the first runtime streams.',
    expected: 'mission_terminated',
    because: 'The last message of the stream says why, and the stream ends.',
    play: ({ cutOff }) => cutOff(),
  },
  {
    what: 'Both runtimes call the tool once more.',
    expected: [403, 403],
    because: 'Every request is decided by itself, whatever session it names.',
    play: async ({ desktop, cloud }) => [await work(desktop), await work(cloud)],
  },
]

/** Starts the issuers and the server, and connects the agents. */
export async function openMcpScene(): Promise<McpScene> {
  const net = await createTestNetwork({ resource: 'https://runs.example' })
  const ps = net.personServer
  // Tokens of drafts 01 to 10 name the agent, and so its provider.
  ps.generations = ['mission-header']
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  const resource = createResource({
    issuer: net.resource,
    trust: { agentProviders: 'any', personServers: [ps.id] },
    generations: ['mission-header'],
    scopes,
    signingKey: { ...(await exportJWK(privateKey)), kid: 'runs-1', alg: 'Ed25519' },
    log: 'off',
    fetch: net.fetch,
    now: net.clock.now,
  })
  await net.serveIssuers()
  const { url } = await net.listen(runsServer(resource))

  const connect = async (agent: Agent): Promise<Connected> => {
    const signing = new SigningFetch(agent, url)
    const client = new Client({ name: 'agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    const transport = new StreamableHTTPClientTransport(new URL(`${net.resource}/mcp`), {
      fetch: signing.fetch,
    })
    await client.connect(transport)
    return { agent, client, signing }
  }
  const desktop = await connect(await net.agent({ runtime: 'desktop' }))
  const cloud = await connect(await net.agent({ runtime: 'cloud' }))
  const provider = await net.issuer('agent-provider', 'https://other-agent.example')
  const foreign = await connect(await net.agent({ provider }))
  const all = [desktop, cloud, foreign]
  let mission = { approver: ps.id, s256: '' }

  const propose = async (): Promise<void> => {
    const interact = ({ code }: { code: string }): Promise<void> => ps.missions.approve(code)
    const proposal = { description: 'Sort the feedback of the week' }
    const { s256 } = await desktop.agent.proposeMission(proposal, { interact })
    mission = { approver: ps.id, s256 }
    for (const { signing } of all) signing.under(mission)
  }
  const cutOff = async (): Promise<unknown> => {
    const watching = new Promise<void>((resolve) => {
      desktop.client.setNotificationHandler('notifications/message', () => resolve())
    })
    const watched = call(desktop.client, 'runs.watch')
    await watching
    await resource.missions.terminate(mission, 'completed')
    return watched
  }
  return {
    desktop,
    cloud,
    foreign,
    propose,
    cutOff,
    async close() {
      for (const { client } of all) await client.close()
      resource.close()
      await net.close()
    },
  }
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
