import { type McpScene, mcpSteps, openMcpScene } from '../../mcp/story.ts'
import type { Act } from '../play.ts'
import type { Stage } from '../stage.ts'

/** MCP tools under a mission, on a server of their own that starts with the first step. */
export function mcpToolsAct({ closing }: Stage): Act {
  let opened: Promise<McpScene> | undefined
  const open = (): Promise<McpScene> => {
    opened ??= openMcpScene().then((scene) => {
      closing.add(() => scene.close())
      return scene
    })
    return opened
  }
  return {
    title: 'MCP tools',
    intro:
      'The same decisions stand before the tools of an MCP server. One table says what each tool requires, and the signature covers which tool is called with which arguments.',
    steps: mcpSteps.map(({ what, expected, because, play }) => ({
      who: what,
      told: { answer: expected },
      because,
      play: async () => ({ sent: [], facts: { answer: await play(await open()) } }),
    })),
  }
}
